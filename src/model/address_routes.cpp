#include "model/address_routes.hpp"

#include <algorithm>

namespace onlan::model {
namespace {

net::Prefix host_route(const net::IpAddress& address)
{
    return net::Prefix::around(address, address.family() == net::Family::ipv4 ? 32 : 128);
}

// Of a VRF's ports all routes are in its table (l3mdev_fib_table()).
std::uint32_t table_of(const Netns& netns, const Link& link, std::uint32_t usual)
{
    const Link* master = link.master != 0 ? netns.find_link(link.master) : nullptr;
    return master != nullptr && master->vrf_table != 0 ? master->vrf_table : usual;
}

net::Prefix subnet_of(const Address& address)
{
    return net::Prefix::around(address.peer.value_or(address.local.address), address.local.length);
}

// The address itself, or the one that it is a secondary of (inet_ifa_byprefix()).
net::IpAddress primary_of(const Netns& netns, const Address& address)
{
    const auto is_primary = [&](const Address& other) {
        return other.link == address.link && (other.flags & kAddressSecondary) == 0 &&
               subnet_of(other) == subnet_of(address);
    };
    const auto primary = (address.flags & kAddressSecondary) != 0
                             ? std::ranges::find_if(netns.addresses, is_primary)
                             : netns.addresses.end();
    return primary == netns.addresses.end() ? address.local.address : primary->local.address;
}

// fib_magic()
Route ipv4_route(const Netns& netns,
                 const Link& link,
                 const Address& address,
                 const net::Prefix& to,
                 std::uint8_t type)
{
    return {.destination = to,
            .table = table_of(netns, link,
                              type == number(RouteType::unicast) ? kTableMain : kTableLocal),
            .type = type,
            .protocol = kProtocolKernel,
            .scope = type == number(RouteType::local) ? kScopeHost : kScopeLink,
            .preferred_source = primary_of(netns, address),
            .link = link.index};
}

std::vector<Route> ipv4_routes(const Netns& netns, const Link& link, const Address& address)
{
    constexpr unsigned kShortest = 31; // that has no broadcast address
    const auto route = [&](const net::Prefix& to, std::uint8_t type) {
        return ipv4_route(netns, link, address, to, type);
    };
    const net::Prefix prefix = subnet_of(address);
    std::vector<Route> routes = {
        route(host_route(address.local.address), number(RouteType::local))};
    if (!link.up)
        return routes;
    if (address.broadcast)
        routes.push_back(route(host_route(*address.broadcast), number(RouteType::broadcast)));
    if ((address.flags & kAddressSecondary) != 0 || prefix == host_route(address.local.address))
        return routes;
    if ((address.flags & kAddressNoPrefixRoute) == 0) {
        routes.push_back(
            route(prefix, link.loopback ? number(RouteType::local) : number(RouteType::unicast)));
        routes.back().metric = address.metric;
    }
    if (prefix.length() < kShortest && address.broadcast != prefix.last())
        routes.push_back(route(host_route(prefix.last()), number(RouteType::broadcast)));
    return routes;
}

std::vector<Route> ipv6_routes(const Netns& netns, const Link& link, const Address& address)
{
    if (!link.up)
        return {};
    std::vector<Route> routes = {{.destination = host_route(address.local.address),
                                  .table = table_of(netns, link, kTableLocal),
                                  .type = number(RouteType::local),
                                  .protocol = kProtocolKernel,
                                  .link = link.index}};
    const net::Prefix prefix = subnet_of(address);
    if ((address.flags & kAddressNoPrefixRoute) == 0)
        routes.push_back({.destination = prefix,
                          .table = table_of(netns, link, kTableMain),
                          .type = number(RouteType::unicast),
                          .protocol = kProtocolKernel,
                          .link = link.index,
                          .metric = address.metric != 0 ? address.metric : kMetricOfIpv6Prefixes});
    return routes;
}

std::vector<Route> routes_of(const Netns& netns, const Link& link, const Address& address)
{
    return address.local.address.family() == net::Family::ipv4 ? ipv4_routes(netns, link, address)
                                                               : ipv6_routes(netns, link, address);
}

bool same_place(const Route& one, const Route& other)
{
    return one.destination == other.destination && one.table == other.table &&
           one.type == other.type && one.link == other.link && one.metric == other.metric &&
           one.protocol == other.protocol;
}

} // namespace

void add_routes_of(Netns& netns, const Link& link, const Address& address)
{
    for (Route& route : routes_of(netns, link, address)) {
        const bool there = std::ranges::any_of(
            netns.routes, [&](const Route& other) { return same_place(other, route); });
        if (!there)
            netns.routes.push_back(std::move(route));
    }
}

void remove_routes_of(Netns& netns, const Link& link, const Address& address)
{
    std::vector<Route> needed;
    for (const Address& other : netns.addresses) {
        if (other.link == link.index)
            std::ranges::move(routes_of(netns, link, other), std::back_inserter(needed));
    }
    for (const Route& gone : routes_of(netns, link, address)) {
        const auto same = [&](const Route& other) { return same_place(other, gone); };
        if (std::ranges::none_of(needed, same))
            std::erase_if(netns.routes, same);
    }
}

} // namespace onlan::model
