#include "simulate/ip/fib.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "simulate/run/settings.hpp"

namespace onlan::simulate {
namespace {

using model::kTableDefault;
using model::kTableLocal;
using model::kTableMain;

constexpr std::uint8_t kTosMask = 0x1c; // IPTOS_RT_MASK: the DSCP bits that a route can ask for

int index_of(const model::Netns& netns, const std::string& name)
{
    const model::Link* link = netns.find_link(name);
    return link == nullptr ? 0 : link->index;
}

// fib_props[]. Nothing when the next rule has to be asked (−EAGAIN).
std::optional<RouteFound> result_of(const model::Route* route)
{
    if (route == nullptr)
        return {};
    switch (static_cast<RouteType>(route->type)) {
    case RouteType::throw_:
        return {};
    case RouteType::blackhole:
        return RouteFound{.route = route, .error = RouteError::invalid};
    case RouteType::unreachable:
        return RouteFound{.route = route, .error = RouteError::host_unreachable};
    case RouteType::prohibit:
        return RouteFound{.route = route, .error = RouteError::prohibited};
    default:
        return RouteFound{.route = route, .error = RouteError::none};
    }
}

} // namespace

bool leads_through(const model::Route& route, int link)
{
    if (!route.multipath)
        return route.link == link;
    return std::ranges::find(route.next_hops, link, &model::NextHop::link) != route.next_hops.end();
}

std::size_t AddressHash::operator()(const net::IpAddress& address) const noexcept
{
    std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
    std::uint32_t word = 0;
    for (std::span<const std::uint8_t> rest = address.bytes(); rest.size() >= sizeof word;
         rest = rest.subspan(sizeof word)) {
        std::memcpy(&word, rest.data(), sizeof word);
        hash = (hash ^ word) * 0xFF51AFD7ED558CCDULL;
        hash ^= hash >> 32U;
    }
    return hash;
}

Fib::Bits Fib::Bits::of(const net::IpAddress& address)
{
    Bits bits;
    const std::span<const std::uint8_t> bytes = address.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::uint64_t& half = i < 8 ? bits.high : bits.low;
        half |= std::uint64_t{bytes[i]} << (56 - i % 8 * 8);
    }
    return bits;
}

Fib::Bits Fib::Bits::first(unsigned length) const
{
    constexpr std::uint64_t kOnes = ~std::uint64_t{0};
    // A shift by 64 is undefined, so no bits at all need an answer of their own.
    const auto leading = [](unsigned count) {
        return count == 0 ? 0 : kOnes << (64 - std::min(count, 64U));
    };
    return {.high = high & leading(length), .low = low & leading(length > 64 ? length - 64 : 0)};
}

std::size_t Fib::BitsHash::operator()(const Bits& bits) const noexcept
{
    const std::uint64_t mixed = (bits.high ^ (bits.low >> 1U)) * 0x9E3779B97F4A7C15ULL;
    return mixed ^ (mixed >> 32U);
}

Fib::Fib(const model::Netns& netns, net::Family family) : family_(family)
{
    const DevicesSettings of_devices(netns);
    for (const model::Link& link : netns.links) {
        // The switch is one of IPv4: IPv6 has its own, net.ipv6.conf.
        if (family == net::Family::ipv4 && !link.carrier && !link.loopback &&
            of_devices.of(link.name).ipv4["ignore_routes_with_linkdown"].value != 0)
            ignored_.insert(link.index);
    }
    for (const model::Rule& rule : netns.policy_rules) {
        if (rule.family == family)
            rules_.push_back({.says = model::policy_rule_from(rule),
                              .in = index_of(netns, rule.input_interface),
                              .out = index_of(netns, rule.output_interface)});
    }
    std::ranges::stable_sort(rules_, {}, [](const Rule& rule) { return rule.says.priority; });
    custom_rules_ = std::ranges::any_of(rules_, [](const Rule& rule) {
        const auto is = [&](std::uint32_t priority, std::uint32_t table) {
            return rule.says.priority == priority && rule.says.table == table;
        };
        return !is(0, kTableLocal) && !is(32766, kTableMain) && !is(32767, kTableDefault);
    });
    separate_ =
        custom_rules_ || netns.separate_local_table.value_or(false) || family == net::Family::ipv6;
    for (const model::Route& route : netns.routes) {
        if (route.destination.family() != family)
            continue;
        add(tables_[route.table], route);
        // fib_trie_unmerge(): the first rule of a user separates the two for good.
        if (!separate_ && (route.table == kTableLocal || route.table == kTableMain))
            add(merged_, route);
    }
}

void Fib::add(Table& table, const model::Route& route)
{
    auto& routes = table[route.destination.length()][Bits::of(route.destination.first())];
    // fib_find_alias(): the specific tos first, then the lower metric; of equal ones the older.
    // The local table's alias stands first in the merged trie.
    const auto rank = [](const model::Route* entry) {
        return std::tuple(entry->table != kTableLocal, entry->tos == 0, entry->metric);
    };
    routes.insert(std::ranges::upper_bound(routes, rank(&route), {}, rank), &route);
}

// fib_rule_match()
bool Fib::matches(const Rule& rule, const FlowKey& key)
{
    const model::PolicyRule& says = rule.says;
    // An own packet's (ip_route_output_key_hash(), ip6_route_output_flags()).
    constexpr int kLoopback = 1; // LOOPBACK_IFINDEX
    const int in = key.in != 0 ? key.in : kLoopback;
    const auto within = [](const std::optional<model::NumberRange>& range, std::uint16_t port) {
        return !range || (port >= range->first && port <= range->last);
    };
    const bool matched =
        (says.input_interface.empty() || (rule.in != 0 && rule.in == in)) &&
        (says.output_interface.empty() || (rule.out != 0 && rule.out == key.out)) &&
        (!says.from || says.from->contains(key.source)) &&
        (!says.to || says.to->contains(key.destination)) &&
        (!says.mark || ((key.mark ^ says.mark->value) & says.mark->mask) == 0) &&
        (says.tos == 0 || says.tos == key.tos) &&
        (says.ip_protocol == 0 || says.ip_protocol == key.protocol) &&
        within(says.source_ports, key.source_port) &&
        within(says.destination_ports, key.destination_port);
    return matched != says.invert;
}

// fib_table_lookup()
const model::Route* Fib::find(const Table& table, const FlowKey& key) const
{
    const auto usable = [&](const model::Route& route) {
        if (key.out != 0 && !leads_through(route, key.out))
            return false;
        if (route.multipath)
            return std::ranges::any_of(route.next_hops, [](const model::NextHop& hop) {
                return (hop.flags & model::kNextHopDead) == 0;
            });
        // fib_sync_down_dev(): without carrier a next hop is RTNH_F_LINKDOWN, but for those of
        // scope host.
        return route.scope >= model::kScopeHost || !ignored_.contains(route.link);
    };
    const Bits destination = Bits::of(key.destination);
    for (const auto& [length, prefixes] : table) {
        const auto found = prefixes.find(destination.first(length));
        if (found == prefixes.end())
            continue;
        for (const model::Route* route : found->second) {
            if ((route->tos == 0 || route->tos == (key.tos & kTosMask)) && usable(*route))
                return route;
        }
    }
    return nullptr;
}

std::optional<RouteFound> Fib::ask(std::uint32_t table, const FlowKey& key) const
{
    const auto found = tables_.find(table);
    if (found == tables_.end())
        return {};
    return result_of(find(found->second, key));
}

// fib_rules_lookup()
RouteFound Fib::lookup_by_rules(const FlowKey& key) const
{
    std::uint32_t from = 0;
    for (const Rule& rule : rules_) {
        const model::PolicyRule& says = rule.says;
        if (says.priority < from || !matches(rule, key))
            continue;
        switch (says.action) {
        case model::rule_action::go_to:
            from = says.target;
            continue;
        case model::rule_action::blackhole:
            return {.error = RouteError::invalid};
        case model::rule_action::unreachable:
            return {.error = RouteError::network_unreachable};
        case model::rule_action::prohibit:
            return {.error = RouteError::prohibited};
        case model::rule_action::lookup:
            break;
        case model::rule_action::nop:
        default:
            continue;
        }
        const auto found = ask(says.table, key);
        const bool suppressed = found && found->route != nullptr && says.suppress_prefixlength &&
                                found->route->destination.length() <= *says.suppress_prefixlength;
        if (found && !suppressed)
            return *found;
    }
    return {};
}

RouteFound Fib::lookup(const FlowKey& key) const
{
    if (custom_rules_)
        return lookup_by_rules(key);
    if (separate_) {
        for (const std::uint32_t table : {kTableLocal, kTableMain, kTableDefault}) {
            if (const auto found = ask(table, key))
                return *found;
        }
        return {};
    }
    if (const auto found = result_of(find(merged_, key)))
        return *found;
    return ask(kTableDefault, key).value_or(RouteFound{});
}

RouteType Fib::address_type(const net::IpAddress& address, int link) const
{
    const std::span<const std::uint8_t> bytes = address.bytes();
    if (family_ == net::Family::ipv4) {
        if (bytes[0] == 0 || std::ranges::all_of(bytes, [](auto byte) { return byte == 0xFF; }))
            return RouteType::broadcast;
        if (bytes[0] >= 224 && bytes[0] < 240)
            return RouteType::multicast;
    } else if (bytes[0] == 0xFF) {
        return RouteType::multicast;
    }
    const auto local = tables_.find(kTableLocal);
    const FlowKey key{.destination = address};
    const model::Route* route = nullptr;
    if (!separate_)
        route = find(merged_, key); // the local table *is* the merged trie then
    else if (local != tables_.end())
        route = find(local->second, key);
    if (route == nullptr || (link != 0 && route->link != link))
        return RouteType::unicast;
    const auto type = static_cast<RouteType>(route->type);
    const bool fails = type == RouteType::blackhole || type == RouteType::unreachable ||
                       type == RouteType::prohibit || type == RouteType::throw_;
    return fails ? RouteType::unicast : type;
}

} // namespace onlan::simulate
