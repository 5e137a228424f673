#include "kernel/links.hpp"

#include <cstring>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "kernel/message.hpp"

namespace onlan::kernel {
namespace {

Result<> within(Result<> result, const std::string& doing)
{
    if (!result)
        return Failure{std::move(result).error().within(doing)};
    return result;
}

unsigned char address_family(net::Family family)
{
    return family == net::Family::ipv4 ? AF_INET : AF_INET6;
}

// The index in this thread's namespace, which is the socket's.
Result<std::uint32_t> index_of(const std::string& name)
{
    const unsigned index = ::if_nametoindex(name.c_str());
    if (index == 0)
        return fail_errno(fmt::format("find {}", name), ENODEV);
    return index;
}

// A request about one link that exists, found by its name in the kernel itself.
Message link_request(const std::string& name, const ifinfomsg& fixed = {})
{
    Message request(RTM_NEWLINK, 0, fixed);
    request.put(IFLA_IFNAME, name);
    return request;
}

// Creating a link takes no alias (net/core/rtnetlink.c, rtnl_create_link()), so it follows at once,
// and a link that could not be marked does not stay.
Result<> mark(NetlinkSocket& socket,
              const std::string& name,
              const std::string& alias,
              const std::string& created)
{
    auto marked = set_alias(socket, name, alias);
    if (!marked)
        static_cast<void>(delete_link(socket, created));
    return marked;
}

} // namespace

Result<> create_bridge(NetlinkSocket& socket, const NewBridge& bridge)
{
    Message request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
    request.put(IFLA_IFNAME, bridge.name);
    request.put(IFLA_MTU, bridge.mtu);
    if (bridge.mac)
        request.put(IFLA_ADDRESS, std::span<const std::uint8_t>(bridge.mac->bytes));
    request.nest(IFLA_LINKINFO, [&] {
        request.put(IFLA_INFO_KIND, std::string("bridge"));
        request.nest(IFLA_INFO_DATA, [&] {
            request.put(IFLA_BR_STP_STATE, std::uint32_t{0});
            request.put(IFLA_BR_FORWARD_DELAY, std::uint32_t{0});
        });
    });
    ONLAN_CHECK(
        within(socket.transact(request.header()), fmt::format("create bridge {}", bridge.name)));
    return mark(socket, bridge.name, bridge.alias, bridge.name);
}

Result<> create_veth(NetlinkSocket& socket, const NewVeth& veth)
{
    Message request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
    request.put(IFLA_IFNAME, veth.name);
    request.put(IFLA_MTU, veth.mtu);
    if (veth.mac)
        request.put(IFLA_ADDRESS, std::span<const std::uint8_t>(veth.mac->bytes));
    request.nest(IFLA_LINKINFO, [&] {
        request.put(IFLA_INFO_KIND, std::string("veth"));
        request.nest(IFLA_INFO_DATA, [&] {
            request.nest(VETH_INFO_PEER, [&] {
                const std::array<std::uint8_t, sizeof(ifinfomsg)> nothing_asked{};
                request.append(nothing_asked);
                request.put(IFLA_IFNAME, veth.peer);
                request.put(IFLA_MTU, veth.mtu);
            });
        });
    });
    ONLAN_CHECK(within(socket.transact(request.header()),
                       fmt::format("create veth cable {} <-> {}", veth.name, veth.peer)));
    ONLAN_CHECK(mark(socket, veth.name, veth.alias, veth.name));
    return mark(socket, veth.peer, veth.alias, veth.name);
}

Result<> delete_link(NetlinkSocket& socket, const std::string& name)
{
    Message request(RTM_DELLINK, 0, ifinfomsg{});
    request.put(IFLA_IFNAME, name);
    return within(socket.transact(request.header()), fmt::format("delete {}", name));
}

Result<> set_master(NetlinkSocket& socket, const std::string& name, const std::string& master)
{
    const std::string doing = fmt::format("make {} a port of {}", name, master);
    const auto index = index_of(master);
    if (!index)
        return Failure{Error{index.error()}.within(doing)};
    Message request = link_request(name);
    request.put(IFLA_MASTER, *index);
    return within(socket.transact(request.header()), doing);
}

Result<> clear_master(NetlinkSocket& socket, const std::string& name)
{
    Message request = link_request(name);
    request.put(IFLA_MASTER, std::uint32_t{0});
    return within(socket.transact(request.header()),
                  fmt::format("take {} out of its bridge", name));
}

Result<> set_up(NetlinkSocket& socket, const std::string& name)
{
    Message request = link_request(name, {.ifi_flags = IFF_UP, .ifi_change = IFF_UP});
    return within(socket.transact(request.header()), fmt::format("set {} up", name));
}

Result<> set_down(NetlinkSocket& socket, const std::string& name)
{
    Message request = link_request(name, {.ifi_flags = 0, .ifi_change = IFF_UP});
    return within(socket.transact(request.header()), fmt::format("set {} down", name));
}

Result<> set_mtu(NetlinkSocket& socket, const std::string& name, std::uint32_t mtu)
{
    Message request = link_request(name);
    request.put(IFLA_MTU, mtu);
    return within(socket.transact(request.header()),
                  fmt::format("set the MTU of {} to {}", name, mtu));
}

Result<> set_spanning_tree(NetlinkSocket& socket, const std::string& bridge, SpanningTree state)
{
    Message request = link_request(bridge);
    request.nest(IFLA_LINKINFO, [&] {
        request.put(IFLA_INFO_KIND, std::string("bridge"));
        request.nest(IFLA_INFO_DATA,
                     [&] { request.put(IFLA_BR_STP_STATE, static_cast<std::uint32_t>(state)); });
    });
    return within(
        socket.transact(request.header()),
        fmt::format("turn STP of {} {}", bridge, state == SpanningTree::on ? "on" : "off"));
}

Result<> set_alias(NetlinkSocket& socket, const std::string& name, const std::string& alias)
{
    Message request = link_request(name);
    request.put(IFLA_IFALIAS, alias);
    return within(socket.transact(request.header()), fmt::format("mark {}", name));
}

Result<>
move_link(NetlinkSocket& socket, const std::string& name, int netns, const std::string& new_name)
{
    // With an index the name attribute is the new one.
    ONLAN_TRY(const std::uint32_t index, index_of(name));
    Message request(RTM_NEWLINK, 0, ifinfomsg{.ifi_index = static_cast<int>(index)});
    request.put(IFLA_IFNAME, new_name);
    request.put(IFLA_NET_NS_FD, static_cast<std::uint32_t>(netns));
    return within(socket.transact(request.header()),
                  fmt::format("move {} to another namespace", name));
}

namespace {

Result<Message> address_request(std::uint16_t type,
                                std::uint16_t flags,
                                const std::string& link,
                                const model::Address& address)
{
    ONLAN_TRY(const std::uint32_t index, index_of(link));
    // What the kernel says of an address, and nobody can ask for.
    constexpr std::uint32_t kReported = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED |
                                        IFA_F_PERMANENT | IFA_F_SECONDARY | IFA_F_STABLE_PRIVACY;
    Message request(type, flags,
                    ifaddrmsg{.ifa_family = address_family(address.local.address.family()),
                              .ifa_prefixlen = static_cast<unsigned char>(address.local.length),
                              .ifa_scope = address.scope,
                              .ifa_index = index});
    request.put(IFA_LOCAL, address.local.address.bytes());
    request.put(IFA_ADDRESS, address.peer.value_or(address.local.address).bytes());
    if (type == RTM_DELADDR)
        return request;
    if (address.broadcast)
        request.put(IFA_BROADCAST, address.broadcast->bytes());
    if (!address.label.empty())
        request.put(IFA_LABEL, address.label);
    request.put(IFA_FLAGS, address.flags & ~kReported);
    if (address.protocol != 0)
        request.put(IFA_PROTO, address.protocol);
    if (address.metric != 0)
        request.put(IFA_RT_PRIORITY, address.metric);
    const ifa_cacheinfo times{.ifa_prefered = address.preferred, .ifa_valid = address.valid};
    request.put(IFA_CACHEINFO,
                std::span(reinterpret_cast<const std::uint8_t*>(&times), sizeof times));
    return request;
}

// The gateway's attribute in a route of `family`: RTA_VIA where the families differ.
std::vector<std::uint8_t> gateway_attribute(const net::IpAddress& gateway, net::Family family)
{
    std::vector<std::uint8_t> attribute;
    if (gateway.family() == family) {
        net::append_attribute(attribute, RTA_GATEWAY, gateway.bytes());
        return attribute;
    }
    std::vector<std::uint8_t> via(sizeof(std::uint16_t)); // struct rtvia
    const std::uint16_t via_family = address_family(gateway.family());
    std::memcpy(via.data(), &via_family, sizeof via_family);
    via.insert(via.end(), gateway.bytes().begin(), gateway.bytes().end());
    net::append_attribute(attribute, RTA_VIA, via);
    return attribute;
}

// The next hop that names no device is on `own`.
std::vector<std::uint8_t> multipath(const model::Route& route, std::uint32_t own)
{
    std::vector<std::uint8_t> bytes;
    for (const model::NextHop& hop : route.next_hops) {
        std::vector<std::uint8_t> attributes = hop.other;
        if (hop.gateway) {
            const auto gateway = gateway_attribute(*hop.gateway, route.destination.family());
            attributes.insert(attributes.end(), gateway.begin(), gateway.end());
        }
        const rtnexthop fixed{
            .rtnh_len = static_cast<std::uint16_t>(sizeof(rtnexthop) + attributes.size()),
            .rtnh_flags = static_cast<std::uint8_t>(hop.flags & ~model::kNextHopState),
            .rtnh_hops = static_cast<std::uint8_t>(hop.weight - 1),
            .rtnh_ifindex = hop.link != 0 ? hop.link : static_cast<int>(own)};
        const auto* start = reinterpret_cast<const std::uint8_t*>(&fixed);
        bytes.insert(bytes.end(), start, start + sizeof fixed);
        bytes.insert(bytes.end(), attributes.begin(), attributes.end());
        bytes.resize(net::netlink_align(bytes.size()));
    }
    return bytes;
}

Result<Message> route_request(std::uint16_t type,
                              std::uint16_t flags,
                              const std::string& link,
                              const model::Route& route)
{
    ONLAN_TRY(const std::uint32_t index, index_of(link));
    const net::Family family = route.destination.family();
    constexpr std::uint32_t kLargestShortTable = 255;
    const bool short_table = route.table <= kLargestShortTable;
    Message request(
        type, flags,
        rtmsg{.rtm_family = address_family(family),
              .rtm_dst_len = static_cast<unsigned char>(route.destination.length()),
              .rtm_tos = route.tos,
              .rtm_table = static_cast<unsigned char>(short_table ? route.table : RT_TABLE_UNSPEC),
              .rtm_protocol = route.protocol,
              .rtm_scope = route.scope,
              .rtm_type = route.type,
              .rtm_flags = route.flags});
    request.put(RTA_TABLE, route.table);
    if (route.destination.length() != 0)
        request.put(RTA_DST, route.destination.first().bytes());
    if (route.gateway)
        request.append(gateway_attribute(*route.gateway, family));
    if (route.preferred_source)
        request.put(RTA_PREFSRC, route.preferred_source->bytes());
    if (route.multipath)
        request.put(RTA_MULTIPATH, std::span<const std::uint8_t>(multipath(route, index)));
    else
        request.put(RTA_OIF, index);
    if (route.metric != 0)
        request.put(RTA_PRIORITY, route.metric);
    if (!route.metrics.empty())
        request.put(RTA_METRICS, std::span<const std::uint8_t>(route.metrics));
    if (route.preference != 0)
        request.put(RTA_PREF, route.preference);
    if (route.expires != 0)
        request.put(RTA_EXPIRES, route.expires);
    return request;
}

Message rule_request(std::uint16_t type, std::uint16_t flags, const model::Rule& rule)
{
    fib_rule_hdr header{};
    std::memcpy(&header, rule.header.data(), std::min(sizeof header, rule.header.size()));
    Message request(type, flags, header);
    request.put(FRA_PRIORITY, rule.priority);
    if (!rule.input_interface.empty())
        request.put(FRA_IIFNAME, rule.input_interface);
    if (!rule.output_interface.empty())
        request.put(FRA_OIFNAME, rule.output_interface);
    request.append(rule.rest);
    return request;
}

Result<> transact(NetlinkSocket& socket, Result<Message> request, const std::string& doing)
{
    if (!request)
        return Failure{std::move(request).error().within(doing)};
    return within(socket.transact(request->header()), doing);
}

std::string name_of(const model::Route& route)
{
    return route.destination.length() == 0 ? "the default route"
                                           : "the route to " + route.destination.to_string();
}

} // namespace

Result<> add_address(NetlinkSocket& socket, const std::string& link, const model::Address& address)
{
    return transact(socket, address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, link, address),
                    fmt::format("add {} to {}", address.local.to_string(), link));
}

Result<>
delete_address(NetlinkSocket& socket, const std::string& link, const model::Address& address)
{
    return transact(socket, address_request(RTM_DELADDR, 0, link, address),
                    fmt::format("remove {} from {}", address.local.to_string(), link));
}

Result<>
replace_address(NetlinkSocket& socket, const std::string& link, const model::Address& address)
{
    return transact(socket,
                    address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, link, address),
                    fmt::format("set {} on {}", address.local.to_string(), link));
}

Result<> add_route(NetlinkSocket& socket, const std::string& link, const model::Route& route)
{
    return transact(socket, route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, link, route),
                    fmt::format("add {} on {}", name_of(route), link));
}

Result<> delete_route(NetlinkSocket& socket, const std::string& link, const model::Route& route)
{
    return transact(socket, route_request(RTM_DELROUTE, 0, link, route),
                    fmt::format("remove {} from {}", name_of(route), link));
}

Result<> add_rule(NetlinkSocket& socket, const model::Rule& rule)
{
    return transact(socket, rule_request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule),
                    fmt::format("add policy rule {}", rule.priority));
}

Result<> delete_rule(NetlinkSocket& socket, const model::Rule& rule)
{
    return transact(socket, rule_request(RTM_DELRULE, 0, rule),
                    fmt::format("remove policy rule {}", rule.priority));
}

} // namespace onlan::kernel
