#include "simulate/ends/machines.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "simulate/ip/fib.hpp"
#include "simulate/run/packet.hpp"

namespace onlan::simulate {
namespace {

using Namespaces = std::span<const model::Netns>;

// Does a veth's other end stand in a namespace that the snapshot does not hold?
bool peer_is_outside(Namespaces namespaces, const model::Netns& netns, const model::Link& link)
{
    if (link.peer == 0 || !link.peer_netnsid)
        return link.peer != 0 && netns.find_link(link.peer) == nullptr;
    const auto inode = netns.peers.find(*link.peer_netnsid);
    return inode == netns.peers.end() ||
           std::ranges::find(namespaces, inode->second, &model::Netns::inode) == namespaces.end();
}

// A device whose other end the snapshot does not hold: a NIC or several as one, a virtual machine's
// tap, a tunnel, a cable into another namespace.
bool is_edge(Namespaces namespaces, const model::Netns& netns, const model::Link& link)
{
    constexpr auto kKinds = std::to_array<std::string_view>(
        {"", "bond", "team", "tun", "wireguard", "gre", "ipip", "sit"});
    return link.up && !link.loopback &&
           (std::ranges::find(kKinds, link.kind) != kKinds.end() ||
            (link.kind == "veth" && peer_is_outside(namespaces, netns, link)));
}

// What its neighbours have learned; the host knows best. A MAC address of this host's own devices
// tells of no machine outside.
std::optional<net::MacAddress> known_mac(Namespaces namespaces, const net::IpAddress& address)
{
    const auto own = [&](const net::MacAddress& mac) {
        return std::ranges::any_of(namespaces, [&](const model::Netns& netns) {
            return std::ranges::find(netns.links, mac, &model::Link::mac) != netns.links.end();
        });
    };
    for (const model::Netns& netns : namespaces) {
        for (const model::Neighbour& neighbour : netns.neighbours) {
            if (neighbour.address == address && neighbour.mac && !own(*neighbour.mac) &&
                (neighbour.state & model::kNudValid) != 0)
                return neighbour.mac;
        }
    }
    return {};
}

// The edge behind a device: itself, or a bridge's port: the one behind which the bridge has seen
// the MAC address, or the first.
const model::Link* edge_behind(Namespaces namespaces,
                               const model::Link& device,
                               const std::optional<net::MacAddress>& mac)
{
    const model::Netns& host = namespaces.front();
    if (is_edge(namespaces, host, device))
        return &device;
    const auto is_port = [&](const model::Link& link) {
        return link.master == device.index && is_edge(namespaces, host, link);
    };
    const auto seen_behind = [&](const model::Link& link) {
        return is_port(link) && mac &&
               std::ranges::any_of(host.fdb, [&](const model::FdbEntry& entry) {
                   return entry.port == link.index && entry.mac == *mac;
               });
    };
    auto port = std::ranges::find_if(host.links, seen_behind);
    if (port == host.links.end())
        port = std::ranges::find_if(host.links, is_port);
    return port == host.links.end() ? nullptr : &*port;
}

// How an address is reached without a router.
struct OnLink {
    const model::Link* edge = nullptr;
    net::IpAddress own; // the host's, on that segment
    unsigned length = 0;
    std::optional<net::MacAddress> mac; // if somebody knows it
};

// What the host asks from when it sends through a route.
std::optional<net::IpAddress> source_of(const model::Netns& host, const model::Route& route)
{
    if (route.preferred_source)
        return route.preferred_source;
    const auto own = std::ranges::find_if(host.addresses, [&](const model::Address& one) {
        return one.link == route.link && one.local.address.family() == route.destination.family();
    });
    return own == host.addresses.end() ? std::nullopt : std::optional(own->local.address);
}

std::optional<OnLink> on_link(Namespaces namespaces, const net::IpAddress& address)
{
    const model::Netns& host = namespaces.front();
    const auto mac = known_mac(namespaces, address);
    for (const model::Address& own : host.addresses) {
        const model::Link* device = host.find_link(own.link);
        if (device == nullptr || !own.local.subnet().contains(address))
            continue;
        if (const model::Link* edge = edge_behind(namespaces, *device, mac))
            return OnLink{
                .edge = edge, .own = own.local.address, .length = own.local.length, .mac = mac};
    }
    const RouteFound found = Fib(host, address.family()).lookup({.destination = address});
    if (!found.ok() || found.route->gateway || found.route->multipath ||
        found.route->type != number(RouteType::unicast))
        return {};
    const model::Link* device = host.find_link(found.route->link);
    const model::Link* edge = device == nullptr ? nullptr : edge_behind(namespaces, *device, mac);
    const auto own = source_of(host, *found.route);
    if (edge == nullptr || !own)
        return {};
    return OnLink{
        .edge = edge, .own = *own, .length = net::address_bits(address.family()), .mac = mac};
}

constexpr int kIndex = 2;

void give_address(model::Netns& netns,
                  const net::IpAddress& address,
                  unsigned length,
                  const net::IpAddress& gateway)
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
         .link = kIndex},
        {.destination = net::Prefix::around(net::IpAddress::any(address.family()), 0),
         .gateway = gateway,
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
Machine machine_with(const net::IpAddress& address, model::Link link, const std::string& nic)
{
    Machine machine{.netns = {.name = "lan:" + address.to_string()}, .nic = nic};
    machine.netns.links = {
        {.index = 1, .name = "lo", .mtu = 65536, .up = true, .carrier = true, .loopback = true},
        std::move(link)};
    return machine;
}

// The other end of an edge. Where nobody asks for MAC addresses, both ends are sent to with the
// sender's own (neigh_direct_output()).
model::Link far_end(const OnLink& found, const net::IpAddress& address)
{
    const model::Link& edge = *found.edge;
    const net::MacAddress mac = edge.arp ? found.mac.value_or(mac_for(address, 0xFE))
                                         : edge.mac.value_or(net::MacAddress{});
    model::Link link = ethernet(kIndex, "eth0", mac, edge.mtu);
    link.ethernet = edge.ethernet;
    link.arp = edge.arp;
    return link;
}

void serve(Machine& machine, net::Family family, std::uint16_t port)
{
    for (const std::uint8_t protocol : {kTcp, kUdp})
        machine.netns.sockets.push_back(
            {.protocol = protocol, .address = net::IpAddress::any(family), .port = port});
    machine.assumptions.push_back(fmt::format("{} listens on port {}", machine.netns.name, port));
}

// Gives a machine a second segment, on which it is the way to `address` and back.
void forward_to(Machine& router, const net::IpAddress& address)
{
    constexpr int kFar = kIndex + 1;
    model::Netns& netns = router.netns;
    netns.links.push_back(ethernet(kFar, "eth1", mac_for(address, 0xFD), netns.links.back().mtu));
    netns.routes.push_back(
        {.destination = net::Prefix::around(address, net::address_bits(address.family())),
         .link = kFar});
    for (const char* device : {"all", "eth0", "eth1"}) {
        netns.sysctls[model::kIpv4Conf["forwarding"].name(device)] = "1";
        netns.sysctls[model::kIpv6Conf["forwarding"].name(device)] = "1";
    }
    router.assumptions.push_back(
        fmt::format("{} forwards to {} and back, without address translation", netns.name,
                    address.to_string()));
}

} // namespace

std::optional<Meeting> meeting_outside(Namespaces namespaces, const model::Netns& far)
{
    for (const model::Address& address : far.addresses) {
        const model::Link* device = far.find_link(address.link);
        if (device == nullptr || !is_edge(namespaces, far, *device))
            continue;
        if (const auto found = on_link(namespaces, address.local.address))
            return Meeting{.device = device->name, .edge = found->edge->name};
    }
    return {};
}

std::optional<Machine> lan_machine(Namespaces namespaces,
                                   const net::IpAddress& address,
                                   std::optional<std::uint16_t> serves)
{
    const auto found = on_link(namespaces, address);
    if (!found)
        return {};
    Machine machine = machine_with(address, far_end(*found, address), found->edge->name);
    give_address(machine.netns, address, found->length, found->own);
    machine.assumptions = {
        fmt::format("{} is an ordinary host behind {}: no firewall, one address, {} as its gateway",
                    machine.netns.name, found->edge->name, found->own.to_string())};
    if (serves)
        serve(machine, address.family(), *serves);
    return machine;
}

std::vector<Machine> machines_beyond_gateway(Namespaces namespaces,
                                             const net::IpAddress& address,
                                             std::optional<std::uint16_t> serves)
{
    const RouteFound found =
        Fib(namespaces.front(), address.family()).lookup({.destination = address});
    if (!found.ok() || !found.route->gateway || found.route->gateway->family() != address.family())
        return {};
    const net::IpAddress& gateway = *found.route->gateway;
    auto router = lan_machine(namespaces, gateway, {});
    if (!router)
        return {};
    forward_to(*router, address);

    Machine beyond = machine_with(
        address, ethernet(kIndex, "eth0", mac_for(address, 0xFE), router->netns.links.back().mtu),
        "eth1");
    beyond.nic_of = router->netns.name;
    give_address(beyond.netns, address, net::address_bits(address.family()), gateway);
    beyond.assumptions = {fmt::format("{} is an ordinary host behind {}: no firewall, one address",
                                      beyond.netns.name, router->netns.name)};
    if (serves)
        serve(beyond, address.family(), *serves);
    return {*std::move(router), std::move(beyond)};
}

} // namespace onlan::simulate
