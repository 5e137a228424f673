#include "plan/changes/netns_effects.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/address_routes.hpp"
#include "model/sysctls.hpp"

namespace onlan::plan {
namespace {

model::Link* find_link(model::Netns& netns, int index)
{
    const auto found = std::ranges::find(netns.links, index, &model::Link::index);
    return found == netns.links.end() ? nullptr : &*found;
}

// Whether `link` of `netns` names a device of `other` as its lower device or its other end.
bool points_into(const model::Netns& netns, const model::Link& link, const model::Netns& other)
{
    if (!link.peer_netnsid)
        return &netns == &other;
    const auto inode = netns.peers.find(*link.peer_netnsid);
    return inode != netns.peers.end() && inode->second == other.inode;
}

// A veth's other end goes with it (drivers/net/veth.c, veth_dellink()), and what is stacked on a
// device goes when that does (NETDEV_UNREGISTER in macvlan_device_event(), ipvlan_device_event(),
// vlan_device_event() and vxlan_netdevice_event()).
bool goes_with_its_peer(const model::Link& link)
{
    constexpr std::array<std::string_view, 7> kKinds = {"veth",   "macvlan", "macvtap", "ipvlan",
                                                        "ipvtap", "vlan",    "vxlan"};
    return std::ranges::find(kKinds, link.kind) != kKinds.end();
}

std::vector<std::string>
left_hanging(const model::Netns& netns, const model::Link& gone, const model::Netns& of)
{
    std::vector<std::string> names;
    for (const model::Link& link : netns.links) {
        if (link.peer == gone.index && goes_with_its_peer(link) && points_into(netns, link, of))
            names.push_back(link.name);
    }
    return names;
}

bool is_live(const model::Link& port)
{
    return !port.port || port.port->state == model::PortState::forwarding;
}

// A port takes part while it, its carrier and the bridge are up (net/bridge/br_stp_if.c,
// br_stp_enable_port()), and the bridge has a carrier while some port forwards
// (net/bridge/br_stp.c, br_port_state_selection()).
void settle_bridge(model::Netns& netns, model::Link& bridge)
{
    using model::PortState;
    bool live = false;
    for (model::Link& port : netns.links) {
        if (port.master != bridge.index)
            continue;
        if (port.port && !(port.up && port.carrier && bridge.up))
            port.port->state = PortState::disabled;
        else if (port.port && port.port->state == PortState::disabled)
            port.port->state =
                bridge.bridge && bridge.bridge->stp ? PortState::listening : PortState::forwarding;
        live = live || is_live(port);
    }
    bridge.carrier = bridge.up && live;
}

void settle_bridges(model::Netns& netns, const model::Link& link)
{
    model::Link* master = link.master != 0 ? find_link(netns, link.master) : nullptr;
    if (master != nullptr && master->kind == "bridge")
        settle_bridge(netns, *master);
    model::Link* self = find_link(netns, link.index);
    if (self != nullptr && self->kind == "bridge")
        settle_bridge(netns, *self);
}

// veth_open() and veth_close(): both ends have a carrier while both are up.
void settle_veth(const Place& at, model::Link& link)
{
    for (model::Netns& netns : at.snapshot.namespaces) {
        model::Link* other =
            points_into(at.netns, link, netns) ? find_link(netns, link.peer) : nullptr;
        if (other == nullptr)
            continue;
        link.carrier = other->carrier = link.up && other->up;
        settle_bridges(netns, *other);
    }
}

void settle(const Place& at, model::Link& link)
{
    if (link.kind == "veth")
        settle_veth(at, link);
    settle_bridges(at.netns, link);
}

// Takes the routes of which `goes` that leave through the link. One over several next hops goes on
// with the others (net/ipv4/fib_semantics.c, fib_sync_down_dev(); net/ipv6/route.c, fib6_ifdown()).
template <typename Goes>
void forget_routes(model::Netns& netns, int link, Goes goes)
{
    for (model::Route& route : netns.routes) {
        if (goes(route))
            std::erase_if(route.next_hops, [&](const auto& hop) { return hop.link == link; });
    }
    std::erase_if(netns.routes, [&](const model::Route& route) {
        return goes(route) && (route.multipath ? route.next_hops.empty() : route.link == link);
    });
}

// An IPv4 route does not outlive its preferred source (fib_sync_down_addr()).
void forget_source(model::Netns& netns, const net::IpAddress& source)
{
    const bool still_local = std::ranges::any_of(
        netns.addresses, [&](const auto& address) { return address.local.address == source; });
    if (source.family() == net::Family::ipv4 && !still_local)
        std::erase_if(netns.routes,
                      [&](const model::Route& route) { return route.preferred_source == source; });
}

void forget_switches(model::Netns& netns, const std::string& link)
{
    model::for_each_device_folder([&](const auto& folder) {
        std::erase_if(netns.sysctls,
                      [prefix = model::sysctl_prefix(folder.name, link)](const auto& one) {
                          return one.first.starts_with(prefix);
                      });
    });
}

void forget_link(model::Netns& netns, const model::Link& gone)
{
    const auto of_it = [&](const auto& one) { return one.link == gone.index; };
    std::erase_if(netns.links, [&](const model::Link& one) { return one.index == gone.index; });
    std::vector<model::Address> lost;
    std::ranges::copy_if(netns.addresses, std::back_inserter(lost), of_it);
    std::erase_if(netns.addresses, of_it);
    forget_routes(netns, gone.index, [](const model::Route&) { return true; });
    for (const model::Address& address : lost)
        forget_source(netns, address.local.address);
    std::erase_if(netns.neighbours, of_it);
    std::erase_if(netns.fdb, [&](const model::FdbEntry& one) {
        return one.port == gone.index || one.bridge == gone.index;
    });
    for (model::Link& port : netns.links) {
        if (port.master == gone.index)
            release_port(netns, port);
    }
    forget_switches(netns, gone.name);
}

bool is_secondary(const model::Address& address)
{
    return address.local.address.family() == net::Family::ipv4 &&
           (address.flags & model::kAddressSecondary) != 0;
}

bool same_subnet(const model::Address& one, const model::Address& other)
{
    const auto prefix = [](const model::Address& address) {
        return net::Prefix::around(address.peer.value_or(address.local.address),
                                   address.local.length);
    };
    return one.link == other.link && prefix(one) == prefix(other);
}

void forget_address(model::Netns& netns, const model::Link& link, const model::Address& gone)
{
    remove_routes_of(netns, link, gone);
    forget_source(netns, gone.local.address);
}

// __inet_del_ifa(): the secondaries of a primary address go with it, or the first takes its place.
void replace_primary(model::Netns& netns, const model::Link& link, const model::Address& gone)
{
    const auto follows = [&](const model::Address& other) {
        return is_secondary(other) && same_subnet(other, gone);
    };
    constexpr model::SysctlRef kPromoteSecondaries = model::kIpv4Conf["promote_secondaries"];
    const bool promotes = netns.sysctl(kPromoteSecondaries, link.name) == "1" ||
                          netns.sysctl(kPromoteSecondaries, "all") == "1";
    auto next = std::ranges::find_if(netns.addresses, follows);
    if (promotes && next != netns.addresses.end()) {
        next->flags &= ~model::kAddressSecondary;
        for (const model::Address& address : netns.addresses) {
            if (same_subnet(address, gone))
                add_routes_of(netns, link, address);
        }
        return;
    }
    for (; next != netns.addresses.end(); next = std::ranges::find_if(netns.addresses, follows)) {
        const model::Address secondary = std::exchange(*next, {});
        netns.addresses.erase(next);
        forget_address(netns, link, secondary);
    }
}

// Without an IPv4 address a link has no IPv4 route either (fib_inetaddr_event()).
void forget_routes_without_address(model::Netns& netns, const model::Link& link)
{
    const auto is_ipv4 = [](const auto& prefix) { return prefix.family() == net::Family::ipv4; };
    const bool has_one = std::ranges::any_of(netns.addresses, [&](const model::Address& address) {
        return address.link == link.index && is_ipv4(address.local.address);
    });
    if (!has_one)
        forget_routes(netns, link.index,
                      [&](const auto& route) { return is_ipv4(route.destination); });
}

} // namespace

model::Link* find_link(model::Netns& netns, std::string_view name)
{
    const auto found = std::ranges::find(netns.links, name, &model::Link::name);
    return found == netns.links.end() ? nullptr : &*found;
}

bool carries(const model::Link* link, std::string_view alias)
{
    return link != nullptr && link->alias == alias;
}

int add_link(model::Netns& netns, model::Link link)
{
    link.index = 1;
    for (const model::Link& other : netns.links)
        link.index = std::max(link.index, other.index + 1);
    std::map<std::string, std::string> switches;
    model::for_each_device_folder([&](const auto& folder) {
        const std::string initial = model::sysctl_prefix(folder.name, "default");
        const std::string own = model::sysctl_prefix(folder.name, link.name);
        for (const auto& [name, value] : netns.sysctls) {
            if (name.starts_with(initial))
                switches[own + name.substr(initial.size())] = value;
        }
    });
    netns.sysctls.merge(switches);
    netns.links.push_back(std::move(link));
    return netns.links.back().index;
}

void delete_link(const Place& at, const std::string& name)
{
    const model::Link* found = at.netns.find_link(name);
    if (found == nullptr)
        return;
    const model::Link gone = *found;
    forget_link(at.netns, gone);
    settle_bridges(at.netns, gone);
    for (model::Netns& netns : at.snapshot.namespaces) {
        for (const std::string& hanging : left_hanging(netns, gone, at.netns))
            delete_link({.snapshot = at.snapshot, .netns = netns}, hanging);
    }
}

void set_up(const Place& at, model::Link& link)
{
    link.up = true;
    settle(at, link);
    // Of addresses that stayed while it was down (net/ipv4/fib_frontend.c, fib_inetdev_event()).
    for (const model::Address& address : at.netns.addresses) {
        if (address.link == link.index)
            add_routes_of(at.netns, link, address);
    }
}

// The kernel keeps IPv4 addresses and that they are local, and drops every route
// (fib_disable_ip()); of IPv6 it drops the addresses too (net/ipv6/addrconf.c, addrconf_ifdown()).
void set_down(const Place& at, model::Link& link)
{
    link.up = false;
    settle(at, link);
    model::Netns& netns = at.netns;
    std::erase_if(netns.addresses, [&](const model::Address& address) {
        return address.link == link.index && address.local.address.family() == net::Family::ipv6;
    });
    forget_routes(netns, link.index, [](const model::Route& route) {
        return route.destination.family() == net::Family::ipv6 || route.scope != model::kScopeHost;
    });
    std::erase_if(netns.neighbours, [&](const auto& one) { return one.link == link.index; });
}

// br_add_if(): the bridge knows the port's own address from now on (br_fdb_add_local()).
void make_port(model::Netns& netns, model::Link& link, const model::Link& bridge)
{
    link.master = bridge.index;
    link.master_kind = bridge.kind;
    link.port = model::BridgePort{};
    if (bridge.bridge && bridge.bridge->vlan_filtering && bridge.bridge->default_pvid != 0)
        link.vlans = {{.first = bridge.bridge->default_pvid,
                       .last = bridge.bridge->default_pvid,
                       .pvid = true,
                       .untagged = true}};
    if (link.mac)
        netns.fdb.push_back({.port = link.index,
                             .bridge = bridge.index,
                             .mac = *link.mac,
                             .state = model::kNudPermanent});
    settle_bridges(netns, link);
}

// br_del_if()
void release_port(model::Netns& netns, model::Link& link)
{
    model::Link* bridge = find_link(netns, link.master);
    std::erase_if(netns.fdb, [&](const model::FdbEntry& one) {
        return one.port == link.index && one.bridge == link.master;
    });
    link.master = 0;
    link.master_kind.clear();
    link.port.reset();
    link.vlans.clear();
    if (bridge != nullptr)
        settle_bridges(netns, *bridge);
}

// br_stp_start(): what forwards goes on doing so.
void start_stp(model::Link& bridge)
{
    if (bridge.bridge)
        bridge.bridge->stp = true;
}

// br_stp_stop(): without the protocol every port forwards that can.
void stop_stp(model::Netns& netns, model::Link& bridge)
{
    if (!bridge.bridge)
        return;
    bridge.bridge->stp = false;
    for (model::Link& port : netns.links) {
        if (port.master == bridge.index && port.port)
            port.port->state = model::PortState::disabled;
    }
    settle_bridge(netns, bridge);
}

void add_address(model::Netns& netns, const model::Link& link, model::Address address)
{
    address.link = link.index;
    if (std::ranges::any_of(netns.addresses, [&](const model::Address& other) {
            return other.link == address.link && other.local == address.local;
        }))
        return;
    // __inet_insert_ifa(): whoever comes to a subnet second is a secondary address of it.
    if (address.local.address.family() == net::Family::ipv4) {
        const bool second = std::ranges::any_of(
            netns.addresses, [&](const auto& other) { return same_subnet(other, address); });
        address.flags =
            (address.flags & ~model::kAddressSecondary) | (second ? model::kAddressSecondary : 0);
    }
    netns.addresses.push_back(address);
    add_routes_of(netns, link, address);
}

void remove_address(model::Netns& netns, const model::Link& link, const model::Address& address)
{
    const auto found = std::ranges::find_if(netns.addresses, [&](const model::Address& other) {
        return other.link == link.index && other.local == address.local;
    });
    if (found == netns.addresses.end())
        return;
    const model::Address gone = std::exchange(*found, {});
    netns.addresses.erase(found);
    forget_address(netns, link, gone);
    if (gone.local.address.family() == net::Family::ipv6)
        return;
    if (!is_secondary(gone))
        replace_primary(netns, link, gone);
    forget_routes_without_address(netns, link);
}

} // namespace onlan::plan
