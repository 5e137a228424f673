#include "operate/down.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "collect/host.hpp"
#include "plan/in_use.hpp"
#include "plan/uplink/strays.hpp"

namespace onlan::operate {
namespace {

Result<> check_names(const Down& down, const plan::Ledger& ledger)
{
    std::vector<std::string> known = down.configured;
    for (const plan::Entry& entry : ledger) {
        if (!plan::is_uplink(entry.owner) && std::ranges::find(known, entry.owner) == known.end())
            known.push_back(entry.owner);
    }
    for (const std::string& lan : down.lans) {
        if (std::ranges::find(known, lan) == known.end())
            return fail(
                Failed::not_found,
                fmt::format("there is no LAN {} in the configuration, nor among those that onlan "
                            "made; known: {}",
                            lan,
                            known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
    }
    return {};
}

// An engine that does not answer is no reason to leave the rest in place.
void leave_networks(DownPlan& down, const std::string& why)
{
    std::erase_if(down.plan.steps, [&](const plan::PlannedStep& step) {
        const auto* removed = std::get_if<plan::RemoveDockerNetwork>(&step.change);
        if (removed == nullptr)
            return false;
        down.leaves_networks = true;
        down.plan.warnings.push_back(fmt::format("the Docker network {} was not removed: {}; run "
                                                 "'onlan down' again when Docker is running",
                                                 removed->network.name, why));
        return true;
    });
}

} // namespace

Result<DownPlan> prepare(const model::Host& host, const Down& down, const plan::Ledger& ledger)
{
    ONLAN_CHECK(check_names(down, ledger));
    plan::Plan plan = plan::plan_down(plan::with_strays(ledger, host), down.lans);
    plan.warnings = plan::left_behind(plan, host);
    auto unused = plan::check_unused(plan, host);
    DownPlan planned{.plan = std::move(plan), .unused = std::move(unused)};
    if (!host.docker)
        leave_networks(planned, host.docker_missing);
    return planned;
}

Result<DownPlan> prepare(const Place& place, const Down& down, const plan::Ledger& ledger)
{
    ONLAN_TRY(const model::Snapshot host, collect::collect_users(place.docker_host));
    return prepare(host, down, ledger);
}

} // namespace onlan::operate
