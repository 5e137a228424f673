#include "simulate/ends/machines.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "simulate/ends/segments.hpp"
#include "simulate/ip/fib.hpp"
#include "simulate/run/packet.hpp"

namespace onlan::simulate {
namespace {

using Namespaces = std::span<const model::Netns>;

constexpr int kIndex = 2;
constexpr int kFar = kIndex + 1;
constexpr int kWan = kFar + 1;

model::Route direct(const net::IpAddress& address, unsigned length, int link)
{
    return {.destination = net::Prefix::around(address, length), .link = link};
}

void add_gateway(model::Netns& netns, const net::IpAddress& gateway)
{
    netns.routes.push_back(
        {.destination = net::Prefix::around(net::IpAddress::any(gateway.family()), 0),
         .gateway = gateway,
         .link = kIndex});
}

void give_address(model::Netns& netns, const net::IpAddress& address, unsigned length)
{
    netns.addresses = {{.link = kIndex, .local = {.address = address, .length = length}}};
    netns.routes = {
        {.destination = net::Prefix::around(address, net::address_bits(address.family())),
         .table = model::kTableLocal,
         .type = number(RouteType::local),
         .scope = model::kScopeHost,
         .link = kIndex},
        {.destination = net::Prefix::around(address, length),
         .preferred_source = address,
         .link = kIndex}};
}

model::Link ethernet(int index, const std::string& name, net::MacAddress mac, std::uint32_t mtu)
{
    return {.index = index,
            .name = name,
            .mac = mac,
            .mtu = mtu,
            .up = true,
            .carrier = true,
            .ethernet = true};
}

net::MacAddress mac_for(const net::IpAddress& address, std::uint8_t second)
{
    const std::span<const std::uint8_t> bytes = address.bytes();
    return {{0x02, second, bytes[bytes.size() - 4], bytes[bytes.size() - 3],
             bytes[bytes.size() - 2], bytes[bytes.size() - 1]}};
}

// Without addresses yet.
Machine machine_with(const net::IpAddress& address, model::Link link)
{
    Machine machine{.netns = {.name = "lan:" + address.to_string()}};
    machine.netns.links = {
        {.index = 1, .name = "lo", .mtu = 65536, .up = true, .carrier = true, .loopback = true},
        std::move(link)};
    return machine;
}

// The other end of an edge. Where nobody asks for MAC addresses, both ends are sent to with the
// sender's own (neigh_direct_output()).
model::Link far_end(const OnLink& found, const net::IpAddress& address)
{
    const model::Link& edge = *found.edge.link;
    const net::MacAddress mac = edge.arp ? found.mac.value_or(mac_for(address, 0xFE))
                                         : edge.mac.value_or(net::MacAddress{});
    model::Link link = ethernet(kIndex, "eth0", mac, edge.mtu);
    link.ethernet = edge.ethernet;
    link.arp = edge.arp;
    return link;
}

bool serves(const Machine& machine, std::uint16_t port)
{
    return std::ranges::find(machine.netns.sockets, port, &model::Socket::port) !=
           machine.netns.sockets.end();
}

void serve(Machine& machine, net::Family family, std::uint16_t port)
{
    for (const std::uint8_t protocol : {kTcp, kUdp})
        machine.netns.sockets.push_back(
            {.protocol = protocol, .address = net::IpAddress::any(family), .port = port});
    machine.assumptions.push_back(fmt::format("{} listens on port {}", machine.netns.name, port));
}

// Whom a machine on the segment asks for what is elsewhere: the host, or, where that has no address
// on the segment, the gateway of who has one.
std::optional<net::IpAddress> gateway_of(Namespaces namespaces, const OnLink& found)
{
    if (found.asker == &namespaces.front())
        return found.own;
    const auto segment = net::Prefix::around(found.own, found.length);
    const auto out = std::ranges::find_if(found.asker->routes, [&](const model::Route& route) {
        return route.gateway && route.destination.length() == 0 && segment.contains(*route.gateway);
    });
    return out == found.asker->routes.end() ? std::nullopt : out->gateway;
}

// A router knows the way to the networks of this host, which are behind `host`, and loses in the
// Internet what is for others.
void route_for(model::Netns& router, const model::Netns& host, const net::IpAddress& own)
{
    const net::IpAddress& self = router.addresses.front().local.address;
    const auto behind_host = [&](const net::Prefix& network) {
        if (network.family() == self.family() && network.length() != 0 && !network.contains(self))
            router.routes.push_back(
                {.destination = network, .gateway = own, .link = kIndex, .metric = 1});
    };
    for (const model::Address& address : host.addresses) {
        if (address.scope == model::kScopeUniverse)
            behind_host(address.local.subnet());
    }
    for (const model::Route& route : host.routes) {
        if (route.table == model::kTableMain && route.type == number(RouteType::unicast) &&
            route.gateway != self)
            behind_host(route.destination);
    }
}

bool is_gateway(Namespaces namespaces, const net::IpAddress& address)
{
    const auto leads_to = [&](const model::Route& route) {
        return route.gateway == address ||
               std::ranges::find(route.next_hops, address, &model::NextHop::gateway) !=
                   route.next_hops.end();
    };
    return std::ranges::any_of(namespaces, [&](const model::Netns& netns) {
        return std::ranges::any_of(netns.routes, leads_to);
    });
}

// Whoever has spoken with a machine is known to it, too: it was asked, and so told the asker's MAC
// address (arp_process(), ndisc_recv_ns()).
std::vector<model::Neighbour> acquainted(Namespaces namespaces, const net::IpAddress& address)
{
    std::vector<model::Neighbour> known;
    for (const model::Netns& netns : namespaces) {
        for (const model::Neighbour& neighbour : netns.neighbours) {
            const model::Link* device = netns.find_link(neighbour.link);
            if (neighbour.address != address || (neighbour.state & model::kNudValid) == 0 ||
                device == nullptr || !device->mac)
                continue;
            for (const model::Address& own : netns.addresses) {
                if (own.link == neighbour.link && own.local.subnet().contains(address))
                    known.push_back({.link = kIndex,
                                     .address = own.local.address,
                                     .mac = device->mac,
                                     .state = model::kNudStale});
            }
        }
    }
    return known;
}

void make_router(Machine& router, const model::Netns& host, const OnLink& place)
{
    model::Netns& netns = router.netns;
    const net::Family family = place.own.family();
    std::erase_if(netns.routes,
                  [](const model::Route& route) { return route.gateway.has_value(); });
    if (place.asker == &host)
        route_for(netns, host, place.own);
    const std::uint32_t mtu = netns.links.back().mtu;
    netns.links.push_back(ethernet(kFar, "eth1", net::MacAddress{{2, 0xFD, 0, 0, 0, 1}}, mtu));
    netns.links.push_back(ethernet(kWan, "wan", net::MacAddress{{2, 0xFD, 0, 0, 0, 2}}, mtu));
    netns.links.back().arp = false;
    netns.routes.push_back(
        {.destination = net::Prefix::around(net::IpAddress::any(family), 0), .link = kWan});
    for (const char* device : {"all", "eth0", "eth1", "wan"}) {
        netns.sysctls[model::kIpv4Conf["forwarding"].name(device)] = "1";
        netns.sysctls[model::kIpv6Conf["forwarding"].name(device)] = "1";
    }
    router.assumptions.front() =
        fmt::format("{} is an ordinary router behind {}: no firewall, it knows the way to the "
                    "networks of this host",
                    netns.name, router.plug.nic);
}

} // namespace

std::optional<Meeting> meeting_outside(Namespaces namespaces, const model::Netns& far)
{
    const model::Netns& host = namespaces.front();
    for (const model::Address& address : far.addresses) {
        const model::Link* device = far.find_link(address.link);
        if (device == nullptr || !is_edge(namespaces, far, *device))
            continue;
        const auto found = on_link(namespaces, host, address.local.address);
        if (found && found->edge.netns == &host)
            return Meeting{.device = device->name, .edge = found->edge.link->name};
    }
    return {};
}

Machine* Machines::find(const net::IpAddress& address)
{
    const auto found = std::ranges::find_if(
        all_, [&](const Machine& machine) { return machine.netns.has_address(address); });
    return found == all_.end() ? nullptr : &*found;
}

bool Machines::is_inside(const net::IpAddress& address) const
{
    return std::ranges::any_of(
        namespaces_, [&](const model::Netns& netns) { return netns.has_address(address); });
}

bool Machines::is_of_snapshot(const Namespace& netns) const
{
    return std::ranges::find(namespaces_, netns.name(), &model::Netns::name) != namespaces_.end();
}

Machine* Machines::place_on_link(const net::IpAddress& address)
{
    if (Machine* placed = find(address))
        return placed;
    const auto found = on_link(namespaces_, address);
    if (!found)
        return nullptr;
    Machine machine = machine_with(address, far_end(*found, address));
    machine.plug = {.machine = machine.netns.name,
                    .device = "eth0",
                    .netns = found->edge.netns->name,
                    .nic = found->edge.link->name};
    give_address(machine.netns, address, found->length);
    machine.netns.neighbours = acquainted(namespaces_, address);
    const auto gateway = gateway_of(namespaces_, *found);
    const bool has_gateway = gateway && *gateway != address;
    if (has_gateway)
        add_gateway(machine.netns, *gateway);
    machine.assumptions = {fmt::format(
        "{} is an ordinary host behind {}: no firewall, one address, {} as its gateway",
        machine.netns.name, machine.plug.nic, has_gateway ? gateway->to_string() : "nobody")};
    all_.push_back(std::move(machine));
    if (is_gateway(namespaces_, address))
        make_router(all_.back(), namespaces_.front(), *found);
    return &all_.back();
}

Machine* Machines::place_beyond(const net::IpAddress& address, const model::Netns& asker)
{
    const RouteFound found = Fib(asker, address.family()).lookup({.destination = address});
    if (!found.ok() || !found.route->gateway || found.route->gateway->family() != address.family())
        return nullptr;
    const net::IpAddress& gateway = *found.route->gateway;
    Machine* router = is_inside(gateway) ? nullptr : place_on_link(gateway);
    if (router == nullptr)
        return nullptr;
    router->netns.routes.push_back(direct(address, net::address_bits(address.family()), kFar));
    router->assumptions.push_back(
        fmt::format("{} forwards to {} and back, without address translation", router->netns.name,
                    address.to_string()));

    // In IPv6 a machine answers for the addresses of the device only that is asked.
    router->netns.addresses.push_back(
        {.link = kFar,
         .local = {.address = gateway, .length = net::address_bits(gateway.family())}});

    Machine beyond = machine_with(
        address, ethernet(kIndex, "eth0", mac_for(address, 0xFE), router->netns.links.back().mtu));
    beyond.plug = {
        .machine = beyond.netns.name, .device = "eth0", .netns = router->netns.name, .nic = "eth1"};
    give_address(beyond.netns, address, net::address_bits(address.family()));
    add_gateway(beyond.netns, gateway);
    beyond.assumptions = {fmt::format("{} is an ordinary host behind {}: no firewall, one address",
                                      beyond.netns.name, router->netns.name)};
    return &all_.emplace_back(std::move(beyond));
}

std::optional<std::string> Machines::place(const net::IpAddress& address,
                                           const model::Netns& asker,
                                           std::optional<std::uint16_t> serves)
{
    Machine* machine = place_on_link(address);
    if (machine == nullptr)
        machine = place_beyond(address, asker);
    for (const model::Netns& other : namespaces_) {
        if (machine == nullptr)
            machine = place_beyond(address, other);
    }
    if (machine == nullptr)
        return {};
    if (serves)
        serve(*machine, address.family(), *serves);
    return machine->netns.name;
}

bool Machines::place(const NextHop& hop)
{
    if (is_inside(hop.address))
        return false;
    const std::size_t before = all_.size();
    const auto asks = hop.asks == 0 ? std::nullopt : std::optional(hop.asks);
    Machine* there = find(hop.destination);
    if (there != nullptr || is_inside(hop.destination) || !is_of_snapshot(*hop.netns)) {
        if (hop.address != hop.destination)
            place_on_link(hop.address);
    } else {
        return place(hop.destination, *hop.netns->facts, asks).has_value();
    }
    if (there != nullptr && asks && !serves(*there, *asks)) {
        serve(*there, hop.destination.family(), *asks);
        return true;
    }
    return all_.size() != before;
}

} // namespace onlan::simulate
