#include "plan/uplink.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

#include <fmt/format.h>

#include "model/link_switches.hpp"
#include "plan/names.hpp"

namespace onlan::plan {
namespace {

// include/uapi/linux/rtnetlink.h and if_addr.h; this layer includes no system header.
constexpr std::uint32_t kTableLocal = 255;           // RT_TABLE_LOCAL
constexpr std::uint8_t kProtocolKernel = 2;          // RTPROT_KERNEL
constexpr std::uint8_t kMadeByKernel = 3;            // IFAPROT_KERNEL_LL, the last of them
constexpr std::uint32_t kFlagTemporary = 0x01;       // IFA_F_TEMPORARY, of an IPv6 address
constexpr std::uint32_t kFlagNoPrefixRoute = 0x200;  // IFA_F_NOPREFIXROUTE
constexpr std::uint32_t kMetricOfIpv6Prefixes = 256; // IP6_RT_PRIO_ADDRCONF
constexpr std::uint32_t kEthernetMtu = 1500;

bool is_ipv6(const model::Route& route)
{
    return route.destination.family() == net::Family::ipv6;
}

bool is_ipv6(const model::Address& address)
{
    return address.local.address.family() == net::Family::ipv6;
}

std::vector<SetSysctl>
copied_switches(const model::Host& host, const std::string& port, const std::string& bridge)
{
    std::vector<SetSysctl> changes;
    const auto copy = [&](std::string_view family, std::string_view name) {
        const std::string value(host.netns.sysctl(interface_sysctl(family, port, name)));
        const std::string before(host.netns.sysctl(interface_sysctl(family, "default", name)));
        if (!value.empty() && value != before)
            changes.push_back({.name = interface_sysctl(family, bridge, name),
                               .value = value,
                               .previous = before});
    };
    for (const std::string_view name : model::kIpv4Switches)
        copy("ipv4", name);
    for (const std::string_view name : model::kIpv6Switches)
        copy("ipv6", name);
    return changes;
}

// The kernel makes the prefix route of an address when the address arrives, and its own entries of
// table local. A network manager that makes the prefix route itself says so in the address; a
// prefix that a router advertises, which ends, does not go with its address either.
bool is_made_again(const model::Route& route, const model::Host& host)
{
    if (route.protocol != kProtocolKernel || route.table == kTableLocal)
        return route.protocol == kProtocolKernel;
    return std::ranges::any_of(host.netns.addresses, [&](const model::Address& address) {
        const std::uint32_t standard = is_ipv6(address) ? kMetricOfIpv6Prefixes : 0;
        const net::Prefix prefix =
            net::Prefix::around(address.peer.value_or(address.local.address), address.local.length);
        return address.link == route.link && route.expires == 0 &&
               (address.flags & kFlagNoPrefixRoute) == 0 && prefix == route.destination &&
               (address.metric != 0 ? address.metric : standard) == route.metric;
    });
}

// Of two such routes the first one counts.
bool same_key(const model::Route& one, const model::Route& other)
{
    return one.destination == other.destination && one.table == other.table &&
           one.tos == other.tos && one.metric == other.metric;
}

struct PlacedRoute {
    std::string link; // empty: the one that moves
    model::Route route;
};

// What moves from one link to another.
struct Load {
    std::vector<model::Address> addresses;
    std::vector<PlacedRoute> routes;
};

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

// With the link's own routes go those of other links that would not stay what they are: deleting an
// address deletes the IPv4 routes that prefer it as source (net/ipv4/fib_semantics.c,
// fib_sync_down_addr()), and a route added again stands behind those of its key. IPv6 routes that
// the kernel makes are left to it. `together` are the uplink's links, whose routes move anyway.
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

std::vector<Change>
renamed_rules(const model::Host& host, const std::string& from, const std::string& to)
{
    std::vector<Change> changes;
    for (const model::Rule& before : host.netns.policy_rules) {
        model::Rule after = before;
        if (after.input_interface == from)
            after.input_interface = to;
        if (after.output_interface == from)
            after.output_interface = to;
        if (after != before)
            changes.emplace_back(ReplaceRule{.before = before, .after = after});
    }
    return changes;
}

// Of what was moved once, what has to stay. What ends by itself is renewed by whoever gave it.
bool is_kept(const Change& change, bool bridge_exists)
{
    if (const auto* added = std::get_if<AddAddress>(&change))
        return added->address.valid == model::kForever;
    if (const auto* added = std::get_if<AddRoute>(&change))
        return added->route.expires == 0 && added->route.protocol != model::kProtocolRa;
    return std::holds_alternative<ReplaceRule>(change) ||
           (std::holds_alternative<SetSysctl>(change) && bridge_exists);
}

class UplinkEntries {
public:
    UplinkEntries(const model::Uplink& uplink, const model::Host& host)
        : uplink_(uplink), host_(host), bridge_(host.netns.find_link(uplink.bridge))
    {
        for (const std::string& name : uplink.ports) {
            if (const model::Link* port = host.netns.find_link(name))
                ports_.push_back(port);
        }
        together_ = ports_;
        if (bridge_ != nullptr)
            together_.push_back(bridge_);
    }

    std::vector<Entry> entries(const Ledger& ledger)
    {
        if (ports_.empty())
            return {};
        add_bridge(*ports_.front());
        for (const model::Link* port : ports_)
            add_port(*port);
        add_kept(ledger);
        std::ranges::stable_sort(entries_, {},
                                 [](const Entry& entry) { return kind(entry.change).phase; });
        return std::move(entries_);
    }

private:
    void add_bridge(const model::Link& first)
    {
        const Owner owner = uplink_owner(uplink_.bridge);
        add(owner, CreateBridge{.name = uplink_.bridge,
                                .mac = first.mac,
                                .mtu = smallest_mtu(uplink_.ports, host_),
                                .alias = alias()});
        if (bridge_ == nullptr) {
            for (SetSysctl& copy : copied_switches(host_, first.name, uplink_.bridge))
                add(owner, std::move(copy));
        }
        add(owner, SetUp{uplink_.bridge});
    }

    void add_port(const model::Link& port)
    {
        const Owner owner = port_owner(uplink_.bridge, port.name);
        // Two cables to one switch are a loop. The first port carries traffic before the protocol
        // starts, and goes on doing so.
        const bool ours = bridge_ == nullptr || bridge_->alias == alias();
        if (ours && port.name != uplink_.ports.front())
            add(owner, StartStp{uplink_.bridge});
        add(owner, SetUp{port.name});
        add(owner, SetMaster{.link = port.name, .master = uplink_.bridge});
        for (Change& change : moved(load_of(port, together_, host_), port.name, uplink_.bridge))
            add(owner, std::move(change));
        for (Change& change : renamed_rules(host_, port.name, uplink_.bridge))
            add(owner, std::move(change));
    }

    void add_kept(const Ledger& ledger)
    {
        for (const Entry& entry : ledger) {
            const bool known = std::ranges::any_of(entries_, [&](const Entry& other) {
                return same_object(other.change, entry.change);
            });
            if (is_mine(entry.owner) && is_kept(entry.change, bridge_ != nullptr) && !known)
                entries_.push_back(entry);
        }
    }

    [[nodiscard]] std::string alias() const
    {
        return fmt::format("onlan:{}", uplink_owner(uplink_.bridge));
    }

    [[nodiscard]] bool is_mine(const Owner& owner) const
    {
        return owner == uplink_owner(uplink_.bridge) ||
               std::ranges::any_of(uplink_.ports, [&](const std::string& port) {
                   return owner == port_owner(uplink_.bridge, port);
               });
    }

    void add(const Owner& owner, Change change)
    {
        entries_.push_back({.owner = owner, .change = std::move(change)});
    }

    const model::Uplink& uplink_;
    const model::Host& host_;
    const model::Link* bridge_;
    std::vector<const model::Link*> ports_;    // those that are there
    std::vector<const model::Link*> together_; // and the bridge
    std::vector<Entry> entries_;
};

// What is on the bridge although nothing on the ledger put it there. What a router has advertised
// is advertised to the port again.
Load strays_on(const model::Link& bridge, const model::Host& host, const Ledger& ledger)
{
    const auto on_ledger = [&](const Change& change) {
        return std::ranges::any_of(
            ledger, [&](const Entry& entry) { return same_object(entry.change, change); });
    };
    std::vector<const model::Link*> ports;
    for (const model::Link& link : host.netns.links) {
        if (link.master == bridge.index)
            ports.push_back(&link);
    }
    Load load = load_of(bridge, ports, host);
    std::erase_if(load.addresses, [&](const model::Address& address) {
        const bool advertised = is_ipv6(address) && (address.flags & kFlagTemporary) != 0 &&
                                address.valid != model::kForever;
        return (address.protocol != 0 && address.protocol <= kMadeByKernel) || advertised ||
               on_ledger(AddAddress{.link = bridge.name, .address = address});
    });
    std::erase_if(load.routes, [&](const PlacedRoute& placed) {
        return placed.route.expires != 0 || placed.route.protocol == model::kProtocolRa ||
               on_ledger(AddRoute{.link = placed.link.empty() ? bridge.name : placed.link,
                                  .route = placed.route});
    });
    return load;
}

} // namespace

bool leaves_through(const model::Route& route, const model::Link& link)
{
    return route.link == link.index ||
           std::ranges::find(route.next_hops, link.index, &model::NextHop::link) !=
               route.next_hops.end();
}

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

std::uint32_t smallest_mtu(const std::vector<std::string>& ports, const model::Host& host)
{
    std::uint32_t smallest = 0;
    for (const std::string& name : ports) {
        const model::Link* port = host.netns.find_link(name);
        if (port != nullptr && (smallest == 0 || port->mtu < smallest))
            smallest = port->mtu;
    }
    return smallest != 0 ? smallest : kEthernetMtu;
}

std::vector<Entry>
uplink_entries(const model::Uplink& uplink, const model::Host& host, const Ledger& ledger)
{
    return UplinkEntries(uplink, host).entries(ledger);
}

Ledger with_strays(const Ledger& ledger, const model::Host& host)
{
    std::vector<const model::Link*> made;
    for (const Entry& entry : ledger) {
        const auto* bridge = std::get_if<CreateBridge>(&entry.change);
        if (bridge != nullptr && is_uplink(entry.owner))
            made.push_back(host.netns.find_link(bridge->name));
    }
    Ledger all = ledger;
    for (const Entry& entry : ledger) {
        const auto* port = std::get_if<SetMaster>(&entry.change);
        const model::Link* bridge = port != nullptr ? host.netns.find_link(port->master) : nullptr;
        if (bridge == nullptr || std::ranges::find(made, bridge) == made.end())
            continue;
        // To the first port: `all` holds what it has taken.
        for (Change& change : moved(strays_on(*bridge, host, all), port->link, port->master))
            all.push_back({.owner = uplink_owner(port->master), .change = std::move(change)});
    }
    return all;
}

} // namespace onlan::plan
