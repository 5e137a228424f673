#include "plan/uplink/load.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace onlan::plan {
namespace {

using model::kProtocolKernel;
using model::kTableLocal;

bool is_ipv6(const model::Route& route)
{
    return route.destination.family() == net::Family::ipv6;
}

bool is_ipv6(const model::Address& address)
{
    return address.local.address.family() == net::Family::ipv6;
}

bool leaves_through(const model::Route& route, const model::Link& link)
{
    return route.link == link.index ||
           std::ranges::find(route.next_hops, link.index, &model::NextHop::link) !=
               route.next_hops.end();
}

// The kernel makes the prefix route of an address when the address arrives, and its own entries of
// table local. A network manager that makes the prefix route itself says so in the address; a
// prefix that a router advertises, which ends, does not go with its address either.
bool is_made_again(const model::Route& route, const model::Host& host)
{
    if (route.protocol != kProtocolKernel || route.table == kTableLocal)
        return route.protocol == kProtocolKernel;
    return std::ranges::any_of(host.netns.addresses, [&](const model::Address& address) {
        const std::uint32_t standard = is_ipv6(address) ? model::kMetricOfIpv6Prefixes : 0;
        const net::Prefix prefix =
            net::Prefix::around(address.peer.value_or(address.local.address), address.local.length);
        return address.link == route.link && route.expires == 0 &&
               (address.flags & model::kAddressNoPrefixRoute) == 0 && prefix == route.destination &&
               (address.metric != 0 ? address.metric : standard) == route.metric;
    });
}

// Of two such routes the first one counts.
bool same_key(const model::Route& one, const model::Route& other)
{
    return one.destination == other.destination && one.table == other.table &&
           one.tos == other.tos && one.metric == other.metric;
}

// The order in which the kernel takes them: a preferred source has to be local, and a gateway
// reachable, before a route may name it. Routes of one key keep their order.
void sort_reachable_first(std::vector<PlacedRoute>& routes)
{
    const auto wait = [all = routes](const PlacedRoute& placed) {
        if (placed.route.table == kTableLocal)
            return 0;
        return std::ranges::any_of(all,
                                   [&](const PlacedRoute& other) {
                                       return same_key(other.route, placed.route) &&
                                              (other.route.gateway || other.route.multipath);
                                   })
                   ? 2
                   : 1;
    };
    std::ranges::stable_sort(routes, {}, wait);
}

const model::Link* first_link(const model::Route& route, const model::Host& host)
{
    return host.netns.find_link(route.next_hops.empty() ? route.link
                                                        : route.next_hops.front().link);
}

PlacedRoute placed(model::Route route, const model::Link& from, const model::Host& host)
{
    const model::Link* link = leaves_through(route, from) ? &from : first_link(route, host);
    for (model::NextHop& hop : route.next_hops)
        hop.link = hop.link == link->index ? 0 : hop.link;
    return {.link = link == &from ? "" : link->name, .route = std::move(route)};
}

} // namespace

std::vector<model::Address> moving_addresses(const model::Link& port, const model::Host& host)
{
    std::vector<model::Address> moving;
    for (const model::Address& address : host.netns.addresses) {
        // A link-local IPv6 address belongs to its device; the bridge makes its own, from the same
        // MAC address.
        const bool own = is_ipv6(address) && address.scope >= model::kScopeLink;
        if (address.link == port.index && !own)
            moving.push_back(address);
    }
    // The kernel lists a link's IPv6 addresses newest first (net/ipv6/addrconf.c,
    // ipv6_link_dev_addr()).
    const auto ipv6 = std::ranges::stable_partition(
        moving, [](const model::Address& address) { return !is_ipv6(address); });
    std::ranges::reverse(ipv6);
    return moving;
}

std::vector<model::Route> moving_routes(const model::Link& port, const model::Host& host)
{
    std::vector<model::Route> moving;
    std::ranges::copy_if(host.netns.routes, std::back_inserter(moving),
                         [&](const model::Route& route) {
                             return leaves_through(route, port) && !is_made_again(route, host);
                         });
    return moving;
}

Load load_of(const model::Link& from,
             const std::vector<const model::Link*>& together,
             const model::Host& host)
{
    const auto moves_anyway = [&](const model::Route& route) {
        return std::ranges::any_of(
            together, [&](const model::Link* link) { return leaves_through(route, *link); });
    };
    Load load{.addresses = moving_addresses(from, host), .routes = {}};
    std::vector<model::Route> disturbed;
    for (const model::Route& route : host.netns.routes) {
        if (leaves_through(route, from)) {
            disturbed.push_back(route);
            if (!is_made_again(route, host))
                load.routes.push_back(placed(route, from, host));
            continue;
        }
        const bool prefers = std::ranges::any_of(load.addresses, [&](const auto& address) {
            return route.preferred_source == address.local.address;
        });
        const bool behind = std::ranges::any_of(
            disturbed, [&](const model::Route& other) { return same_key(route, other); });
        const bool kernels = route.table == kTableLocal ||
                             (is_ipv6(route) && (route.protocol == kProtocolKernel ||
                                                 route.protocol == model::kProtocolRa));
        if ((!prefers && !behind) || kernels || moves_anyway(route) ||
            first_link(route, host) == nullptr)
            continue;
        disturbed.push_back(route);
        load.routes.push_back(placed(route, from, host));
    }
    sort_reachable_first(load.routes);
    return load;
}

std::vector<Change> moved(const Load& load, const std::string& from, const std::string& to)
{
    std::vector<Change> changes;
    for (const auto& [link, route] : load.routes | std::views::reverse)
        changes.emplace_back(RemoveRoute{.link = link.empty() ? from : link, .route = route});
    // Deleting a primary address takes its secondaries along (net/ipv4/devinet.c,
    // __inet_del_ifa()), so they go first.
    for (const model::Address& address : load.addresses | std::views::reverse)
        changes.emplace_back(RemoveAddress{.link = from, .address = address});
    for (model::Address address : load.addresses) {
        if (address.label == from)
            address.label = to;
        changes.emplace_back(AddAddress{.link = to, .address = address});
    }
    for (const auto& [link, route] : load.routes)
        changes.emplace_back(AddRoute{.link = link.empty() ? to : link, .route = stand_in(route)});
    return changes;
}

} // namespace onlan::plan
