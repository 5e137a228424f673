#include "simulate/ends/segments.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "simulate/ip/fib.hpp"

namespace onlan::simulate {
namespace {

using Namespaces = std::span<const model::Netns>;

// A device anywhere in the snapshot.
using Spot = Edge;

// Of a veth, or what a macvlan stands on; nothing where the snapshot does not hold it.
std::optional<Spot>
other_end(Namespaces namespaces, const model::Netns& netns, const model::Link& link)
{
    if (link.peer == 0)
        return {};
    const model::Netns* there = &netns;
    if (link.peer_netnsid) {
        const auto inode = netns.peers.find(*link.peer_netnsid);
        if (inode == netns.peers.end())
            return {};
        const auto found = std::ranges::find(namespaces, inode->second, &model::Netns::inode);
        if (found == namespaces.end())
            return {};
        there = &*found;
    }
    const model::Link* peer = there->find_link(link.peer);
    return peer == nullptr ? std::nullopt : std::optional(Spot{.netns = there, .link = peer});
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

// A walk over one segment, from device to device, until it comes to an edge.
class Search {
public:
    Search(Namespaces namespaces, std::optional<net::MacAddress> mac)
        : namespaces_(namespaces), mac_(mac)
    {}

    // Of what `device` sends: behind the ports at which a bridge has seen the MAC address, or
    // behind the first.
    std::optional<Edge> from(const Spot& device)
    {
        const model::Link& link = *device.link;
        if (!link.up || std::ranges::find(seen_, &link) != seen_.end())
            return {};
        seen_.push_back(&link);
        if (is_edge(namespaces_, *device.netns, link))
            return device;
        if (link.kind == "bridge")
            return from_bridge(device);
        const auto next = other_end(namespaces_, *device.netns, link);
        if (!next)
            return {};
        if (link.macvlan_mode)
            return from(*next);
        const model::Link* bridge = next->netns->find_link(next->link->master);
        return bridge == nullptr ? std::nullopt : from({.netns = next->netns, .link = bridge});
    }

private:
    std::optional<Edge> from_bridge(const Spot& bridge)
    {
        std::vector<const model::Link*> ports;
        for (const model::Link& link : bridge.netns->links) {
            if (link.master == bridge.link->index)
                ports.push_back(&link);
        }
        std::ranges::stable_partition(
            ports, [&](const model::Link* port) { return is_seen_behind(*bridge.netns, *port); });
        for (const model::Link* port : ports) {
            if (const auto edge = from({.netns = bridge.netns, .link = port}))
                return edge;
        }
        return {};
    }
    [[nodiscard]] bool is_seen_behind(const model::Netns& netns, const model::Link& port) const
    {
        return mac_ && std::ranges::any_of(netns.fdb, [&](const model::FdbEntry& entry) {
                   return entry.port == port.index && entry.mac == *mac_;
               });
    }

    Namespaces namespaces_;
    std::optional<net::MacAddress> mac_;
    std::vector<const model::Link*> seen_;
};

// What it asks from when it sends through a route.
std::optional<net::IpAddress> source_of(const model::Netns& netns, const model::Route& route)
{
    if (route.preferred_source)
        return route.preferred_source;
    const auto own = std::ranges::find_if(netns.addresses, [&](const model::Address& one) {
        return one.link == route.link && one.local.address.family() == route.destination.family();
    });
    return own == netns.addresses.end() ? std::nullopt : std::optional(own->local.address);
}

} // namespace

bool is_edge(Namespaces namespaces, const model::Netns& netns, const model::Link& link)
{
    constexpr auto kKinds = std::to_array<std::string_view>(
        {"", "bond", "team", "tun", "wireguard", "gre", "ipip", "sit"});
    return link.up && !link.loopback &&
           (std::ranges::find(kKinds, link.kind) != kKinds.end() ||
            (link.kind == "veth" && link.peer != 0 && !other_end(namespaces, netns, link)));
}

std::optional<OnLink>
on_link(Namespaces namespaces, const model::Netns& asker, const net::IpAddress& address)
{
    const auto mac = known_mac(namespaces, address);
    const auto edge_behind = [&](int index) {
        const model::Link* device = asker.find_link(index);
        return device == nullptr ? std::nullopt
                                 : Search(namespaces, mac).from({.netns = &asker, .link = device});
    };
    for (const model::Address& own : asker.addresses) {
        if (!own.local.subnet().contains(address))
            continue;
        if (const auto edge = edge_behind(own.link))
            return OnLink{.edge = *edge,
                          .asker = &asker,
                          .own = own.local.address,
                          .length = own.local.length,
                          .mac = mac};
    }
    const RouteFound found = Fib(asker, address.family()).lookup({.destination = address});
    if (!found.ok() || found.route->gateway || found.route->multipath ||
        found.route->type != number(RouteType::unicast))
        return {};
    const auto edge = edge_behind(found.route->link);
    const auto own = source_of(asker, *found.route);
    if (!edge || !own)
        return {};
    return OnLink{.edge = *edge,
                  .asker = &asker,
                  .own = *own,
                  .length = net::address_bits(address.family()),
                  .mac = mac};
}

std::optional<OnLink> on_link(Namespaces namespaces, const net::IpAddress& address)
{
    for (const model::Netns& asker : namespaces) {
        if (auto found = on_link(namespaces, asker, address))
            return found;
    }
    return {};
}

} // namespace onlan::simulate
