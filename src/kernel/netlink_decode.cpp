#include "kernel/netlink_decode.hpp"

#include <algorithm>
#include <cstring>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "kernel/attributes.hpp"

namespace onlan::kernel {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::optional<net::Family> family_of(unsigned char family)
{
    if (family == AF_INET)
        return net::Family::ipv4;
    if (family == AF_INET6)
        return net::Family::ipv6;
    return {};
}

// struct rtvia: a family, then an address
std::optional<net::IpAddress> via(Bytes bytes)
{
    if (bytes.size() <= sizeof(std::uint16_t))
        return {};
    return net::IpAddress::from_bytes(bytes.subspan(sizeof(std::uint16_t)));
}

// RTA_MULTIPATH: one struct rtnexthop after the other, each with attributes of its own.
std::vector<model::NextHop> hops_from(Bytes bytes)
{
    std::vector<model::NextHop> hops;
    while (bytes.size() >= sizeof(rtnexthop)) {
        rtnexthop fixed{};
        std::memcpy(&fixed, bytes.data(), sizeof fixed);
        if (fixed.rtnh_len < sizeof fixed || fixed.rtnh_len > bytes.size())
            break;
        model::NextHop hop{.gateway = {},
                           .link = fixed.rtnh_ifindex,
                           .weight = fixed.rtnh_hops + 1U,
                           .flags = fixed.rtnh_flags,
                           .other = {}};
        visit_nested(bytes.subspan(sizeof fixed, fixed.rtnh_len - sizeof fixed),
                     [&](const Attribute& attribute) {
                         if (attribute.type() == RTA_GATEWAY)
                             hop.gateway = net::IpAddress::from_bytes(attribute.bytes());
                         else if (attribute.type() == RTA_VIA)
                             hop.gateway = via(attribute.bytes());
                         else
                             net::append_attribute(hop.other, attribute.type(), attribute.bytes());
                     });
        hops.push_back(std::move(hop));
        bytes = bytes.subspan(std::min(net::netlink_align(fixed.rtnh_len), bytes.size()));
    }
    return hops;
}

// The kernel counts in ticks; less than a second left is not "never".
std::uint32_t expires_from(const Attribute& attribute)
{
    constexpr int kTicksPerSecond = 100; // USER_HZ
    const auto times = attribute.as<rta_cacheinfo>();
    if (!times || times->rta_expires <= 0)
        return 0;
    return static_cast<std::uint32_t>(std::max(times->rta_expires / kTicksPerSecond, 1));
}

} // namespace

Result<model::Address> address_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<ifaddrmsg>(message));
    model::Address address;
    address.link = static_cast<int>(decoded.fixed.ifa_index);
    address.scope = decoded.fixed.ifa_scope;
    address.flags = decoded.fixed.ifa_flags;
    std::optional<net::IpAddress> local;
    std::optional<net::IpAddress> other;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        switch (attribute.type()) {
        case IFA_LOCAL:
            local = net::IpAddress::from_bytes(attribute.bytes());
            break;
        case IFA_ADDRESS:
            other = net::IpAddress::from_bytes(attribute.bytes());
            break;
        case IFA_BROADCAST:
            address.broadcast = net::IpAddress::from_bytes(attribute.bytes());
            break;
        case IFA_LABEL:
            address.label = attribute.text();
            break;
        case IFA_FLAGS: // all 32 of them; the header has room for eight
            address.flags = attribute.value_or(address.flags);
            break;
        case IFA_PROTO:
            address.protocol = attribute.value_or<std::uint8_t>(0);
            break;
        case IFA_RT_PRIORITY:
            address.metric = attribute.value_or<std::uint32_t>(0);
            break;
        case IFA_CACHEINFO:
            if (const auto times = attribute.as<ifa_cacheinfo>()) {
                address.valid = times->ifa_valid;
                address.preferred = times->ifa_prefered;
            }
            break;
        default:
            break;
        }
    }));
    // On a point-to-point link IFA_ADDRESS is the other end; elsewhere both are the same, or only
    // IFA_ADDRESS is there.
    if (local && other && *local != *other)
        address.peer = other;
    if (!local)
        local = other;
    if (!local)
        return fail(Failed::parse, "netlink: an address message without an address");
    address.local = {.address = *local, .length = decoded.fixed.ifa_prefixlen};
    return address;
}

Result<std::optional<model::Route>> route_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<rtmsg>(message));
    const rtmsg& fixed = decoded.fixed;
    const auto family = family_of(fixed.rtm_family);
    if (!family || (fixed.rtm_flags & RTM_F_CLONED) != 0)
        return std::optional<model::Route>{};
    model::Route route;
    route.table = fixed.rtm_table;
    route.type = fixed.rtm_type;
    route.protocol = fixed.rtm_protocol;
    route.scope = fixed.rtm_scope;
    route.tos = fixed.rtm_tos;
    // The other flags say how the next hop is at the moment, and nobody asks for them.
    route.flags = fixed.rtm_flags & RTNH_F_ONLINK;
    net::IpAddress destination = net::IpAddress::any(*family);
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        const Bytes bytes = attribute.bytes();
        switch (attribute.type()) {
        case RTA_DST:
            destination = net::IpAddress::from_bytes(bytes).value_or(destination);
            break;
        case RTA_GATEWAY:
            route.gateway = net::IpAddress::from_bytes(bytes);
            break;
        case RTA_VIA:
            route.gateway = via(bytes);
            break;
        case RTA_PREFSRC:
            route.preferred_source = net::IpAddress::from_bytes(bytes);
            break;
        case RTA_OIF:
            route.link = attribute.value_or<std::int32_t>(0);
            break;
        case RTA_PRIORITY:
            route.metric = attribute.value_or<std::uint32_t>(0);
            break;
        case RTA_TABLE:
            route.table = attribute.value_or(route.table);
            break;
        case RTA_METRICS:
            route.metrics.assign(bytes.begin(), bytes.end());
            break;
        case RTA_MULTIPATH:
            route.multipath = true;
            route.next_hops = hops_from(bytes);
            break;
        case RTA_CACHEINFO:
            route.expires = expires_from(attribute);
            break;
        case RTA_PREF:
            route.preference = attribute.value_or<std::uint8_t>(0);
            break;
        case RTA_ENCAP:
            route.encapsulated = true;
            break;
        default:
            break;
        }
    }));
    route.destination = net::Prefix::around(destination, fixed.rtm_dst_len);
    return std::optional(std::move(route));
}

Result<std::optional<model::Rule>> rule_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<fib_rule_hdr>(message));
    const auto family = family_of(decoded.fixed.family);
    if (!family)
        return std::optional<model::Rule>{};
    model::Rule rule;
    rule.family = *family;
    const auto* header = reinterpret_cast<const std::uint8_t*>(&decoded.fixed);
    rule.header.assign(header, header + sizeof decoded.fixed);
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        switch (attribute.type()) {
        case FRA_PRIORITY:
            rule.priority = attribute.value_or<std::uint32_t>(0);
            break;
        case FRA_IIFNAME:
            rule.input_interface = attribute.text();
            break;
        case FRA_OIFNAME:
            rule.output_interface = attribute.text();
            break;
        default:
            net::append_attribute(rule.rest, attribute.type(), attribute.bytes());
            break;
        }
    }));
    return std::optional(std::move(rule));
}

Result<std::optional<model::Neighbour>> neighbour_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<ndmsg>(message));
    model::Neighbour neighbour;
    neighbour.link = decoded.fixed.ndm_ifindex;
    neighbour.state = decoded.fixed.ndm_state;
    std::optional<net::IpAddress> address;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == NDA_DST)
            address = net::IpAddress::from_bytes(attribute.bytes());
        else if (attribute.type() == NDA_LLADDR)
            neighbour.mac = attribute.mac();
    }));
    if (!address)
        return std::optional<model::Neighbour>{};
    neighbour.address = *address;
    return std::optional(neighbour);
}

Result<std::optional<model::FdbEntry>> fdb_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<ndmsg>(message));
    model::FdbEntry entry;
    entry.port = decoded.fixed.ndm_ifindex;
    entry.state = decoded.fixed.ndm_state;
    std::optional<net::MacAddress> mac;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == NDA_LLADDR)
            mac = attribute.mac();
        else if (attribute.type() == NDA_VLAN)
            entry.vlan = attribute.value_or<std::uint16_t>(0);
        else if (attribute.type() == NDA_MASTER)
            entry.bridge = attribute.value_or<std::int32_t>(0);
    }));
    if (!mac)
        return std::optional<model::FdbEntry>{};
    entry.mac = *mac;
    return std::optional(entry);
}

} // namespace onlan::kernel
