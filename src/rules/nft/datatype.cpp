#include "rules/nft/datatype.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/number.hpp"
#include "rules/machine/reading.hpp"
#include "rules/machine/symbols.hpp"

namespace onlan::rules::nft {
namespace {

constexpr auto kNames = std::to_array<std::pair<std::string_view, Datatype>>({
    {"ipv4_addr", Datatype::address},
    {"ipv6_addr", Datatype::address},
    {"ether_addr", Datatype::ether_addr},
    {"ifname", Datatype::ifname},
    {"iface_index", Datatype::ifindex},
    {"ether_type", Datatype::ether_type},
    {"inet_proto", Datatype::inet_proto},
    {"inet_service", Datatype::inet_service},
    {"icmp_type", Datatype::icmp_type},
    {"icmpv6_type", Datatype::icmpv6_type},
    {"icmp_code", Datatype::icmp_code},
    {"icmpv6_code", Datatype::icmpv6_code},
    {"icmpx_code", Datatype::icmpx_code},
    {"tcp_flag", Datatype::tcp_flag},
    {"ct_state", Datatype::ct_state},
    {"ct_status", Datatype::ct_status},
    {"ct_dir", Datatype::ct_dir},
    {"pkt_type", Datatype::pkttype},
    {"fib_addrtype", Datatype::fib_addrtype},
    {"nf_proto", Datatype::nf_proto},
    {"arp_op", Datatype::arp_op},
    {"dscp", Datatype::dscp},
    {"iface_type", Datatype::iface_type},
    {"devgroup", Datatype::devgroup},
    {"boolean", Datatype::boolean},
    {"verdict", Datatype::verdict},
});

std::span<const Symbol> symbols_of(Datatype datatype)
{
    switch (datatype) {
    case Datatype::ether_type:
        return ether_types();
    case Datatype::inet_proto:
        return protocols();
    case Datatype::inet_service:
        return services();
    case Datatype::icmp_type:
        return icmp_types();
    case Datatype::icmpv6_type:
        return icmpv6_types();
    case Datatype::icmp_code:
        return icmp_codes();
    case Datatype::icmpv6_code:
        return icmpv6_codes();
    case Datatype::icmpx_code:
        return icmpx_codes();
    case Datatype::tcp_flag:
        return tcp_flags();
    case Datatype::ct_state:
        return ct_states();
    case Datatype::ct_status:
        return ct_statuses();
    case Datatype::ct_dir:
        return ct_directions();
    case Datatype::pkttype:
        return packet_types();
    case Datatype::fib_addrtype:
        return address_types();
    case Datatype::nf_proto:
        return nf_protocols();
    case Datatype::arp_op:
        return arp_operations();
    case Datatype::dscp:
        return dscps();
    case Datatype::iface_type:
        return device_types();
    case Datatype::devgroup:
        return device_groups();
    case Datatype::integer:
    case Datatype::address:
    case Datatype::ether_addr:
    case Datatype::ifname:
    case Datatype::ifindex:
    case Datatype::boolean:
    case Datatype::verdict:
    case Datatype::other:
        return {};
    }
    return {};
}

Result<Value> named(const std::string& text, Datatype datatype, const Devices& devices)
{
    if (datatype == Datatype::ifname)
        return Value::of_name(text);
    if (const auto address = net::IpAddress::parse(text))
        return Value::of(*address);
    if (const auto mac = net::MacAddress::parse(text))
        return Value::of(*mac);
    if (const auto symbol = find_symbol(symbols_of(datatype), text))
        return Value::of(*symbol);
    if (const auto number = parse_prefixed_number<std::uint64_t>(text))
        return Value::of(*number);
    if (datatype == Datatype::ifindex) {
        const auto device = devices.find(text);
        if (device != devices.end())
            return Value::of(static_cast<std::uint64_t>(device->second));
    }
    return not_understood(fmt::format("'{}' is no value that is known here", text));
}

// "br-*", but not "br-\*", which means a name with a star in it.
bool is_wildcard(const Json& json, Datatype datatype)
{
    const auto* text = json.get_ptr<const std::string*>();
    return datatype == Datatype::ifname && text != nullptr && text->ends_with('*') &&
           !text->ends_with("\\*");
}

Result<Value> alternatives(const Json& list, Datatype datatype, const Devices& devices)
{
    Value all;
    for (const Json& one : list) {
        ONLAN_TRY(const Value value, constant(one, datatype, devices));
        all = all | value;
    }
    return all;
}

} // namespace

Datatype datatype_named(std::string_view name)
{
    const auto* found =
        std::ranges::find(kNames, name, &std::pair<std::string_view, Datatype>::first);
    return found == kNames.end() ? Datatype::integer : found->second;
}

// NOLINTNEXTLINE(readability-function-size): a table
Datatype datatype_of(Field field)
{
    using enum Field;
    switch (field) {
    case iif:
    case oif:
    case sdif:
        return Datatype::ifindex;
    case iifname:
    case oifname:
    case iifkind:
    case oifkind:
    case ibrname:
    case obrname:
    case sdifname:
        return Datatype::ifname;
    case iiftype:
    case oiftype:
        return Datatype::iface_type;
    case iifgroup:
    case oifgroup:
        return Datatype::devgroup;
    case l4proto:
    case ip_protocol:
    case ip6_nexthdr:
    case ct_protocol:
        return Datatype::inet_proto;
    case nfproto:
    case ct_l3proto:
        return Datatype::nf_proto;
    case protocol:
    case ether_type:
        return Datatype::ether_type;
    case pkttype:
        return Datatype::pkttype;
    case ether_saddr:
    case ether_daddr:
    case arp_saddr_ether:
        return Datatype::ether_addr;
    case arp_operation:
        return Datatype::arp_op;
    case arp_saddr_ip:
    case arp_daddr_ip:
    case ip_saddr:
    case ip_daddr:
    case ip6_saddr:
    case ip6_daddr:
    case ct_original_saddr:
    case ct_original_daddr:
    case ct_reply_saddr:
    case ct_reply_daddr:
    case ct_saddr:
    case ct_daddr:
        return Datatype::address;
    case icmp_type:
        return Datatype::icmp_type;
    case icmp_code:
        return Datatype::icmp_code;
    case icmpv6_type:
        return Datatype::icmpv6_type;
    case icmpv6_code:
        return Datatype::icmpv6_code;
    case Field::tcp_flags:
        return Datatype::tcp_flag;
    case tcp_sport:
    case tcp_dport:
    case udp_sport:
    case udp_dport:
    case udplite_sport:
    case udplite_dport:
    case sctp_sport:
    case sctp_dport:
    case dccp_sport:
    case dccp_dport:
    case th_sport:
    case th_dport:
    case ct_original_sport:
    case ct_original_dport:
    case ct_reply_sport:
    case ct_reply_dport:
    case ct_sport:
    case ct_dport:
        return Datatype::inet_service;
    case ct_state:
    case ct_nat_state:
        return Datatype::ct_state;
    case ct_direction:
        return Datatype::ct_dir;
    case ct_status:
        return Datatype::ct_status;
    case unknown:
    case none:
    case mark:
    case priority:
    case length:
    case skuid:
    case skgid:
    case vlan_id:
    case ip_ttl:
    case ip_tos:
    case ip_length:
    case ip6_hoplimit:
    case ip6_tos:
    case ip6_length:
    case later_fragment:
    case ct_mark:
    case ct_zone:
    case ct_original_zone:
    case ct_reply_zone:
    case count:
        return Datatype::integer;
    }
    return Datatype::integer;
}

unsigned width(Datatype datatype, const Value& value)
{
    constexpr unsigned kMacBits = 48;
    constexpr std::uint64_t kLastIpv4 = 0xFFFFFFFF;
    if (datatype == Datatype::ether_addr)
        return kMacBits;
    if (datatype == Datatype::inet_service)
        return 16;
    return value.high == 0 && value.low <= kLastIpv4 ? 32 : 128;
}

Result<Value> constant(const Json& json, Datatype datatype, const Devices& devices)
{
    if (json.is_number_integer())
        return Value::of(json.get<std::uint64_t>());
    if (json.is_boolean())
        return Value::of(json.get<bool>() ? 1 : 0);
    if (const auto* text = json.get_ptr<const std::string*>())
        return named(*text, datatype, devices);
    if (json.is_array())
        return alternatives(json, datatype, devices);
    if (const Json* either = find_member(json, "|"); either != nullptr && either->is_array())
        return alternatives(*either, datatype, devices);
    // An element that is one value of a set of its own: {"elem": {"val": …}}.
    return not_understood(fmt::format("{} is no constant", shown(json)));
}

Result<Interval> interval(const Json& json, Datatype datatype, const Devices& devices)
{
    if (is_wildcard(json, datatype)) {
        const auto& text = json.get_ref<const std::string&>();
        return Interval::names(std::string_view(text).substr(0, text.size() - 1));
    }
    if (const Json* prefix = find_member(json, "prefix")) {
        ONLAN_TRY(const std::string address, text_member(*prefix, "addr"));
        ONLAN_TRY(const Value value, constant(address, datatype, devices));
        const bool ipv6 = address.find(':') != std::string::npos;
        const unsigned bits =
            datatype == Datatype::address ? (ipv6 ? 128U : 32U) : width(datatype, value);
        return Interval::prefix(value, bits,
                                static_cast<unsigned>(optional_number(*prefix, "len")));
    }
    if (const Json* range = find_member(json, "range")) {
        if (!range->is_array() || range->size() != 2)
            return malformed(fmt::format("a range needs two ends: {}", shown(json)));
        ONLAN_TRY(const Value first, constant((*range)[0], datatype, devices));
        ONLAN_TRY(const Value last, constant((*range)[1], datatype, devices));
        return Interval{.first = first, .last = last};
    }
    ONLAN_TRY(const Value value, constant(json, datatype, devices));
    return Interval::point(value);
}

} // namespace onlan::rules::nft
