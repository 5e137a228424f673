#include "plan/uplink.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "model/link_switches.hpp"
#include "plan/names.hpp"

namespace onlan::plan {
namespace {

// include/uapi/linux/rtnetlink.h and if_addr.h; this layer includes no system header.
constexpr std::uint8_t kScopeLink = 253;    // RT_SCOPE_LINK
constexpr std::uint32_t kTableLocal = 255;  // RT_TABLE_LOCAL
constexpr std::uint8_t kProtocolKernel = 2; // RTPROT_KERNEL
constexpr std::uint32_t kFlagNoDad = 0x02;  // IFA_F_NODAD

void copy_switches(std::vector<Change>& changes,
                   const model::Host& host,
                   const std::string& port,
                   const std::string& bridge)
{
    const auto copy = [&](std::string_view family, std::string_view name) {
        const std::string value(host.sysctl(interface_sysctl(family, port, name)));
        const bool exists = host.find_link(bridge) != nullptr;
        const std::string before(
            host.sysctl(interface_sysctl(family, exists ? bridge : "default", name)));
        if (!value.empty() && value != before)
            changes.emplace_back(SetSysctl{.name = interface_sysctl(family, bridge, name),
                                           .value = value,
                                           .previous = before});
    };
    for (const std::string_view name : model::kIpv4Switches)
        copy("ipv4", name);
    for (const std::string_view name : model::kIpv6Switches)
        copy("ipv6", name);
}

// Routes in the order in which the kernel takes them: a gateway has to be reachable before a route
// may name it.
std::vector<model::Route> reachable_first(std::vector<model::Route> routes)
{
    std::ranges::stable_partition(routes, [](const model::Route& route) { return !route.gateway; });
    return routes;
}

void move_port(std::vector<Change>& changes,
               const model::Host& host,
               const model::Link& port,
               const std::string& bridge)
{
    const auto addresses = moving_addresses(port, host);
    const auto routes = reachable_first(moving_routes(port, host));

    changes.emplace_back(SetMaster{.link = port.name, .master = bridge});
    for (const model::Route& route : routes | std::views::reverse)
        changes.emplace_back(RemoveRoute{.link = port.name, .route = route});
    // Deleting a primary address takes its secondaries along (net/ipv4/devinet.c,
    // __inet_del_ifa()), so they go first.
    for (const model::Address& address : addresses | std::views::reverse)
        changes.emplace_back(RemoveAddress{.link = port.name, .address = address});
    for (model::Address address : addresses) {
        // The address was the host's a moment ago; another second of duplicate detection would only
        // cut connections.
        if (address.local.address.family() == net::Family::ipv6)
            address.flags |= kFlagNoDad;
        if (address.label == port.name)
            address.label = bridge;
        changes.emplace_back(AddAddress{.link = bridge, .address = address});
    }
    for (const model::Route& route : routes)
        changes.emplace_back(AddRoute{.link = bridge, .route = route});

    for (const model::Rule& before : host.rules) {
        model::Rule after = before;
        if (after.input_interface == port.name)
            after.input_interface = bridge;
        if (after.output_interface == port.name)
            after.output_interface = bridge;
        if (after != before)
            changes.emplace_back(ReplaceRule{.before = before, .after = after});
    }
}

} // namespace

std::vector<model::Address> moving_addresses(const model::Link& port, const model::Host& host)
{
    std::vector<model::Address> moving;
    for (const model::Address& address : host.addresses) {
        // A link-local IPv6 address belongs to its device; the bridge makes its own, from the same
        // MAC address.
        const bool own =
            address.local.address.family() == net::Family::ipv6 && address.scope >= kScopeLink;
        if (address.link == port.index && !own)
            moving.push_back(address);
    }
    return moving;
}

std::vector<model::Route> moving_routes(const model::Link& port, const model::Host& host)
{
    std::vector<model::Route> moving;
    for (const model::Route& route : host.routes) {
        // The kernel makes prefix and local routes itself when the addresses arrive.
        if (route.link == port.index && route.table != kTableLocal &&
            route.protocol != kProtocolKernel)
            moving.push_back(route);
    }
    return moving;
}

std::vector<Change> uplink_changes(const model::Uplink& uplink, const model::Host& host)
{
    const model::Link* bridge = host.find_link(uplink.bridge);
    std::vector<const model::Link*> missing;
    for (const std::string& name : uplink.ports) {
        const model::Link* port = host.find_link(name);
        if (port != nullptr && (bridge == nullptr || port->master != bridge->index))
            missing.push_back(port);
    }
    if (missing.empty())
        return {};

    std::vector<Change> changes;
    const model::Link& first = *missing.front();
    if (bridge == nullptr) {
        changes.emplace_back(
            CreateBridge{.name = uplink.bridge,
                         .mac = first.mac,
                         .mtu = first.mtu,
                         .alias = fmt::format("onlan:{}", uplink_owner(uplink.bridge))});
        copy_switches(changes, host, first.name, uplink.bridge);
    }
    changes.emplace_back(SetUp{uplink.bridge});
    for (const model::Link* port : missing) {
        changes.emplace_back(SetUp{port->name});
        move_port(changes, host, *port, uplink.bridge);
    }
    return changes;
}

} // namespace onlan::plan
