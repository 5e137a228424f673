#include "simulate/isolation.hpp"

#include <algorithm>

#include "simulate/world.hpp"

namespace onlan::simulate {
namespace {

// The network that a device belongs to; null: none that this host makes.
const Device* network_of(const Device* device)
{
    if (device == nullptr)
        return nullptr;
    if (device->master != nullptr)
        return device->master;
    return device->link->bridge ? device : nullptr;
}

// Where the packet was going. Before it is routed no hook knows, and the routing tables are asked.
const Device* leaves_by(const Record::Step& step)
{
    if (step.out != nullptr)
        return step.out;
    const Namespace& netns = *step.netns;
    const RouteFound found = netns.fib(step.seen.destination.family())
                                 .lookup({.destination = step.seen.destination,
                                          .source = step.seen.source,
                                          .mark = step.seen.mark});
    if (!found.ok() || static_cast<RouteType>(found.route->type) != RouteType::unicast)
        return nullptr;
    const auto device = netns.by_index.find(found.route->link);
    return device == netns.by_index.end() ? nullptr : device->second;
}

std::span<const Record::Match> matched(const Record& record, const Record::Step& step)
{
    const auto at = static_cast<std::size_t>(&step - record.steps.data());
    const std::size_t first = at == 0 ? 0 : record.steps[at - 1].matches;
    return std::span(record.matches).subspan(first, step.matches - first);
}

} // namespace

std::vector<const rules::RuleRef*> way_to(const rules::RuleRef& decided,
                                          std::span<const Record::Match> matched)
{
    std::vector<const rules::RuleRef*> way; // the last rule that matched of each chain not yet left
    const auto visit = [&way](const rules::RuleRef* rule) {
        const auto same = std::ranges::find_if(way, [rule](const rules::RuleRef* earlier) {
            return earlier->table == rule->table && earlier->chain == rule->chain;
        });
        way.erase(same, way.end());
        way.push_back(rule);
    };
    for (const Record::Match& match : matched)
        visit(match.rule);
    visit(&decided);
    return way;
}

std::optional<Parted> parted_networks(const Record& record, const Record::Step& step)
{
    const auto* by = std::get_if<ByRule>(&step.because);
    if (by == nullptr || by->rule->number == 0 || !model::ends(step.action))
        return {};
    const Device* from = network_of(step.device);
    const Device* to = network_of(leaves_by(step));
    if (from == nullptr || to == nullptr || from == to)
        return {};
    const auto way = way_to(*by->rule, matched(record, step));
    const auto by_device = [](const rules::RuleRef* rule) {
        return rule->asked.in || rule->asked.out;
    };
    const auto finer = [](const rules::RuleRef* rule) { return rule->asked.finer; };
    if (std::ranges::none_of(way, by_device) || std::ranges::any_of(way, finer))
        return {};
    return Parted{.from = from, .to = to};
}

} // namespace onlan::simulate
