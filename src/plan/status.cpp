#include "plan/status.hpp"

#include <algorithm>
#include <ranges>

#include "plan/attach/attachment.hpp"

namespace onlan::plan {
namespace {

GuardStatus guard_status(const Guard& guard, const model::Host& host)
{
    GuardStatus status{.name = guard.name, .why = guard.why, .state = GuardState::not_needed};
    if (guard.change)
        status.state = holds(*guard.change, host) ? GuardState::in_place : GuardState::missing;
    return status;
}

std::vector<std::string> lines(const std::string& text)
{
    std::vector<std::string> lines;
    for (const auto line : text | std::views::split('\n'))
        lines.emplace_back(line.begin(), line.end());
    return lines;
}

} // namespace

std::vector<std::string> removed_lans(const Ledger& ledger, const model::Intent& intent)
{
    std::vector<std::string> removed;
    for (const Entry& entry : ledger) {
        if (!is_uplink(entry.owner) && intent.find_lan(entry.owner) == nullptr &&
            std::ranges::find(removed, entry.owner) == removed.end())
            removed.push_back(entry.owner);
    }
    return removed;
}

LanStatus lan_status(const model::Lan& lan, const Request& request)
{
    LanStatus status{.lan = lan};
    status.made =
        std::ranges::find(request.ledger, lan.name, &Entry::owner) != request.ledger.end();
    const Attachment& mode = attachment(lan.attach);
    for (const Guard& guard : mode.guards(lan, request.host, request.stage))
        status.guards.push_back(guard_status(guard, request.host));
    if (request.host.docker)
        status.network = request.host.docker->find_network(lan.name);
    status.cut_off = mode.cut_off(lan, request.host);

    Request only = request;
    only.lans = {lan.name};
    auto plan = plan_up(only);
    if (!plan) {
        status.problems = lines(plan.error().message);
        return status;
    }
    for (const PlannedStep& step : plan->steps)
        status.drift.push_back(describe(step.change));
    status.warnings = std::move(plan->warnings);
    status.unmended = std::move(plan->unmended);
    return status;
}

} // namespace onlan::plan
