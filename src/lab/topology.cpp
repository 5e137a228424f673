#include "lab/topology.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "kernel/links.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/sysctl.hpp"
#include "lab/remains.hpp"

namespace onlan::lab {
namespace {

using kernel::NetlinkSocket;
using kernel::NetnsHandle;

constexpr std::uint32_t kMtu = 1500;

Result<> add_address(NetlinkSocket& socket, const std::string& link, std::string_view text)
{
    model::Address address;
    ONLAN_TRY(address.local, net::InterfaceAddress::parse(text));
    return kernel::add_address(socket, link, address);
}

Result<> add_default_route(NetlinkSocket& socket, const std::string& link, std::string_view gateway)
{
    model::Route route{.protocol = RTPROT_STATIC};
    ONLAN_TRY(route.gateway, net::IpAddress::parse(gateway));
    return kernel::add_route(socket, link, route);
}

Result<> make_cable(const NetnsHandle& machine, const Plug& plug)
{
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_CHECK(kernel::create_veth(
        socket,
        {.name = plug.port, .peer = plug.interface, .mac = {}, .mtu = kMtu, .alias = "onlan lab"}));
    ONLAN_CHECK(kernel::move_link(socket, plug.interface, machine.fd(), plug.interface));
    ONLAN_CHECK(kernel::set_master(socket, plug.port, plug.bridge));
    return kernel::set_up(socket, plug.port);
}

Result<> configure(const Plug& plug)
{
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_CHECK(kernel::set_up(socket, plug.interface));
    ONLAN_CHECK(add_address(socket, plug.interface, plug.address.to_string()));
    return plug.gateway.empty() ? Result<>{}
                                : add_default_route(socket, plug.interface, plug.gateway);
}

// As the kernel starts. The namespace may have taken over the machine's own settings
// (net.core.devconf_inherit_init_net), and links take over "default" when they are made.
Result<> set_switches()
{
    for (const char* name : {"net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter"})
        ONLAN_CHECK(kernel::write_sysctl(name, "0"));
    // dockerd lets FORWARD drop by policy only where it turns on forwarding itself.
    return kernel::write_sysctl("net.ipv4.ip_forward", "0");
}

Result<> configure_host()
{
    ONLAN_CHECK(set_switches());
    ONLAN_CHECK(make_bridge(kUplinkBridge, std::string(kHost) + "/24"));
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_CHECK(kernel::set_master(socket, "eno1", std::string(kUplinkBridge)));
    ONLAN_CHECK(kernel::set_up(socket, "eno1"));
    return add_default_route(socket, std::string(kUplinkBridge), kRouter);
}

} // namespace

Result<NetnsHandle> make_machine(std::string_view name)
{
    const std::string netns = netns_name(name);
    ONLAN_CHECK(kernel::create_named_netns(netns));
    ONLAN_TRY(NetnsHandle machine, NetnsHandle::open("/run/netns/" + netns));
    ONLAN_CHECK(kernel::in_netns(machine, []() -> Result<> {
        ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_ROUTE));
        return kernel::set_up(socket, "lo");
    }));
    return machine;
}

Result<> plug(const NetnsHandle& machine, const NetnsHandle& bridge_netns, const Plug& plug)
{
    ONLAN_CHECK(kernel::in_netns(bridge_netns, [&] { return make_cable(machine, plug); }));
    return kernel::in_netns(machine, [&] { return configure(plug); });
}

Result<> make_bridge(std::string_view name, std::string_view address)
{
    const std::string bridge(name);
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_ROUTE));
    ONLAN_CHECK(kernel::create_bridge(
        socket, {.name = bridge, .mac = {}, .mtu = kMtu, .alias = "onlan lab"}));
    if (!address.empty())
        ONLAN_CHECK(add_address(socket, bridge, address));
    return kernel::set_up(socket, bridge);
}

Result<Topology> build_topology()
{
    Topology lab;
    ONLAN_TRY(const NetnsHandle lan, make_machine("switch"));
    ONLAN_CHECK(kernel::in_netns(lan, [] { return make_bridge("lan"); }));
    const auto join = [&](NetnsHandle& machine, std::string_view name, std::string_view address,
                          std::string_view gateway) -> Result<> {
        ONLAN_TRY(machine, make_machine(name));
        ONLAN_TRY(const auto local, net::InterfaceAddress::parse(std::string(address) + "/24"));
        return plug(machine, lan,
                    {.interface = "eth0",
                     .port = "p-" + std::string(name),
                     .bridge = "lan",
                     .address = local,
                     .gateway = std::string(gateway)});
    };
    ONLAN_CHECK(join(lab.router, "router", kRouter, ""));
    ONLAN_CHECK(join(lab.pc, "pc", kPc, kRouter));

    ONLAN_TRY(lab.host, make_machine("host"));
    ONLAN_CHECK(kernel::in_netns(lan, [&]() -> Result<> {
        return make_cable(
            lab.host,
            {.interface = "eno1", .port = "p-host", .bridge = "lan", .address = {}, .gateway = {}});
    }));
    ONLAN_CHECK(kernel::in_netns(lab.host, configure_host));
    return lab;
}

} // namespace onlan::lab
