#include "plan/plan.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "plan/attach/lan_changes.hpp"
#include "plan/checks.hpp"
#include "plan/in_use.hpp"
#include "plan/names.hpp"
#include "plan/uplink/entries.hpp"
#include "plan/uplink/strays.hpp"

namespace onlan::plan {
namespace {

bool is_chosen(const std::string& name, std::span<const std::string> lans)
{
    return lans.empty() || std::ranges::find(lans, name) != lans.end();
}

// That of a port as well as that of its bridge.
Owner uplink_of(const Owner& owner)
{
    return owner.substr(0, owner.find('/'));
}

// The uplinks that some entry of `kept` still puts a port into.
std::set<Owner> used_uplinks(const Ledger& kept)
{
    std::set<Owner> used;
    for (const Entry& entry : kept) {
        const auto* port = std::get_if<SetMaster>(&entry.change);
        if (port != nullptr && !is_uplink(entry.owner))
            used.insert(uplink_owner(port->master));
    }
    return used;
}

// Undoing in reverse of what `leaves` picks; an uplink leaves with the last LAN on it, and after
// it.
template <typename Leaves>
std::vector<PlannedStep> undo_steps(Ledger ledger, Leaves leaves)
{
    Ledger kept;
    std::ranges::copy_if(ledger, std::back_inserter(kept), [&](const Entry& entry) {
        return !is_uplink(entry.owner) && !leaves(entry);
    });
    const std::set<Owner> used = used_uplinks(kept);
    const auto lans = std::ranges::stable_partition(ledger, is_uplink, &Entry::owner);
    std::ranges::stable_sort(ledger.begin(), lans.begin(), {},
                             [](const Entry& entry) { return kind(entry.change).phase; });
    std::vector<PlannedStep> steps;
    for (const Entry& entry : ledger | std::views::reverse) {
        const bool unused = is_uplink(entry.owner) && !used.contains(uplink_of(entry.owner));
        if (unused || leaves(entry))
            steps.push_back(undoing(entry));
    }
    return steps;
}

bool moves_default_route(const PlannedStep& step)
{
    const auto* moved = std::get_if<RemoveRoute>(&step.recorded());
    return moved != nullptr && moved->route.destination.length() == 0;
}

// Entries that the LAN as it is now configured would not make. Before Docker runs nothing can be
// said of its network, nor of guards whose need only its rules show.
bool is_obsolete(const Entry& entry, const std::vector<Change>& wanted, Stage stage)
{
    const bool dockers = std::holds_alternative<CreateDockerNetwork>(entry.change) ||
                         std::holds_alternative<InsertXtablesRule>(entry.change);
    if (stage == Stage::before_docker && dockers)
        return false;
    return std::ranges::none_of(
        wanted, [&](const Change& change) { return same_object(change, entry.change); });
}

class Planner {
public:
    explicit Planner(const Request& request) : request_(request) {}

    Result<Plan> plan()
    {
        for (const std::string& name : request_.lans) {
            if (request_.intent.find_lan(name) == nullptr)
                findings_.errors.push_back(
                    fmt::format("there is no LAN {} in the configuration", name));
        }
        for (const model::Lan& lan : request_.intent.lans) {
            if (is_chosen(lan.name, request_.lans))
                check(lan, request_, findings_);
        }
        if (!findings_.errors.empty())
            return fail(Failed::conflict, fmt::format("{}", fmt::join(findings_.errors, "\n")));

        undo_what_is_not_wanted();
        ONLAN_CHECK(check_unused(plan_, request_.host));
        std::ranges::move(left_behind(plan_, request_.host),
                          std::back_inserter(findings_.warnings));
        for (const model::Lan& lan : request_.intent.lans) {
            if (is_chosen(lan.name, request_.lans))
                make(lan);
        }
        plan_.warnings = std::move(findings_.warnings);
        std::ranges::copy(findings_.unmended, std::back_inserter(plan_.warnings));
        plan_.unmended = std::move(findings_.unmended);
        plan_.moves_default_route = std::ranges::any_of(plan_.steps, moves_default_route);
        return std::move(plan_);
    }

private:
    void undo_what_is_not_wanted()
    {
        std::map<Owner, std::vector<Change>> wanted;
        for (const model::Lan& lan : request_.intent.lans)
            wanted[lan.name] = lan_changes(lan, request_);
        const auto leaves = [&](const Entry& entry) {
            if (is_uplink(entry.owner))
                return is_dropped_port(entry.owner);
            const auto lan = wanted.find(entry.owner);
            if (lan == wanted.end())
                return request_.lans.empty();
            return is_chosen(entry.owner, request_.lans) &&
                   is_obsolete(entry, lan->second, request_.stage);
        };
        for (PlannedStep& step : undo_steps(with_strays(request_.ledger, request_.host), leaves)) {
            // The uplink of a LAN that is only rebuilt stays.
            if (!is_uplink(step.owner) || !is_wanted_uplink(step.owner) ||
                is_dropped_port(step.owner))
                plan_.steps.push_back(std::move(step));
        }
    }

    [[nodiscard]] bool is_wanted_uplink(const Owner& owner) const
    {
        return std::ranges::any_of(request_.intent.lans, [&](const model::Lan& lan) {
            return uplink_owner(lan.uplink.bridge) == uplink_of(owner);
        });
    }

    // Of an uplink that stays. Where the configuration names no ports, it says nothing of them.
    [[nodiscard]] bool is_dropped_port(const Owner& owner) const
    {
        return owner != uplink_of(owner) &&
               std::ranges::any_of(request_.intent.lans, [&](const model::Lan& lan) {
                   const std::string& bridge = lan.uplink.bridge;
                   return uplink_owner(bridge) == uplink_of(owner) && !lan.uplink.ports.empty() &&
                          std::ranges::none_of(lan.uplink.ports, [&](const std::string& port) {
                              return port_owner(bridge, port) == owner;
                          });
               });
    }

    void make(const model::Lan& lan)
    {
        if (std::ranges::find(made_uplinks_, lan.uplink) == made_uplinks_.end()) {
            made_uplinks_.push_back(lan.uplink);
            for (Entry& entry : uplink_entries(lan.uplink, request_.host, request_.ledger))
                add(entry.owner, std::move(entry.change));
        }
        const std::size_t before = plan_.steps.size();
        for (Change& change : lan_changes(lan, request_))
            add(lan.name, std::move(change));
        warn_of_lost_interfaces(lan, std::span(plan_.steps).subspan(before));
    }

    // With a link go the interfaces of the containers that are on it.
    void warn_of_lost_interfaces(const model::Lan& lan, std::span<const PlannedStep> steps)
    {
        const model::DockerNetwork* network =
            request_.host.docker ? request_.host.docker->find_network(lan.name) : nullptr;
        const bool anew = std::ranges::any_of(steps, [](const PlannedStep& step) {
            return std::holds_alternative<CreateBridge>(step.change) ||
                   std::holds_alternative<CreateVeth>(step.change);
        });
        if (!anew || network == nullptr || network->endpoints.empty())
            return;
        findings_.warnings.push_back(
            fmt::format("lan {}: links that were gone are made again; containers that were on them "
                        "are cut off until they are restarted: docker restart {}",
                        lan.name, fmt::join(network->container_names(), " ")));
    }

    // In this same plan, so it has to be made again although the host still shows it.
    [[nodiscard]] bool is_taken_away(const Change& change) const
    {
        return std::ranges::any_of(
            plan_.steps, [&](const PlannedStep& step) { return takes_away(step, change); });
    }

    [[nodiscard]] static bool takes_away(const PlannedStep& step, const Change& change)
    {
        if (const auto* route = std::get_if<RemoveRoute>(&step.change)) {
            return !step.undoes && same_object(AddRoute{route->link, route->route}, change);
        }
        if (const auto* network = std::get_if<RemoveDockerNetwork>(&step.change)) {
            const auto* wanted = std::get_if<CreateDockerNetwork>(&change);
            return wanted != nullptr && wanted->network.name == network->network.name;
        }
        return step.undoes && same_object(*step.undoes, change);
    }

    [[nodiscard]] bool is_recorded(const Owner& owner, const Change& change) const
    {
        return std::ranges::any_of(request_.ledger, [&](const Entry& entry) {
            return entry.owner == owner && same_object(entry.change, change);
        });
    }

    // Making once more what is there with onlan's mark changes nothing but the journal.
    void warn_of_lost_journal(const Owner& owner)
    {
        std::string warning = fmt::format("lan {}: parts of it are on the host with onlan's mark "
                                          "but not in the journal; they are recorded again",
                                          owner);
        if (std::ranges::find(findings_.warnings, warning) == findings_.warnings.end())
            findings_.warnings.push_back(std::move(warning));
    }

    void add(const Owner& owner, Change change)
    {
        if (holds(change, request_.host) && !is_taken_away(change)) {
            // Not an uplink bridge: what it had of its ports before is on no record, so undoing it
            // would cut off the host.
            if (is_uplink(owner) || is_recorded(owner, change) || !is_marked(change, request_.host))
                return;
            warn_of_lost_journal(owner);
        }
        plan_.steps.push_back({.owner = owner, .change = std::move(change)});
    }

    const Request& request_;
    Findings findings_;
    Plan plan_;
    std::vector<model::Uplink> made_uplinks_;
};

} // namespace

PlannedStep undoing(const Entry& entry)
{
    return {.owner = entry.owner, .change = inverse(entry.change), .undoes = entry.change};
}

Owner uplink_owner(std::string_view bridge)
{
    return fmt::format("@{}", bridge);
}

Owner port_owner(std::string_view bridge, std::string_view port)
{
    return fmt::format("@{}/{}", bridge, port); // the name of no link has a slash
}

bool is_uplink(const Owner& owner)
{
    return owner.starts_with('@');
}

Result<Plan> plan_up(const Request& request)
{
    return Planner(request).plan();
}

Plan plan_down(const Ledger& ledger, std::span<const std::string> lans)
{
    Plan plan;
    plan.steps =
        undo_steps(ledger, [&](const Entry& entry) { return is_chosen(entry.owner, lans); });
    plan.moves_default_route = std::ranges::any_of(plan.steps, moves_default_route);
    return plan;
}

} // namespace onlan::plan
