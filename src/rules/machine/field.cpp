#include "rules/machine/field.hpp"

#include "net/protocols.hpp"
#include "rules/machine/program.hpp"

namespace onlan::rules {
namespace {

// ARPHRD_* of include/uapi/linux/if_arp.h
constexpr std::uint64_t kArphrdEther = 1;
constexpr std::uint64_t kArphrdLoopback = 772;

std::uint16_t ether_type(const PacketView& packet)
{
    if (packet.ether_type != 0)
        return packet.ether_type;
    return packet.source.family() == net::Family::ipv4 ? net::kEtherIpv4 : net::kEtherIpv6;
}

bool is_ipv4(const PacketView& packet)
{
    return ether_type(packet) == net::kEtherIpv4;
}

bool is_ipv6(const PacketView& packet)
{
    return ether_type(packet) == net::kEtherIpv6;
}

Read only_if(bool condition, std::uint64_t number)
{
    return condition ? Read::of(number) : kNothing;
}

Read only_if(bool condition, const Value& value)
{
    return condition ? Read::of(value) : kNothing;
}

Read if_given(const std::optional<net::MacAddress>& given)
{
    return given ? Read::of(Value::of(*given)) : kNothing;
}

template <typename Number>
Read if_given(const std::optional<Number>& given)
{
    return given ? Read::of(std::uint64_t{*given}) : kNothing;
}

// nft_meta_get_eval(): without a device there is index 0 and the empty name, but none of the
// rest.
Read device_index(const model::Link* link)
{
    return Read::of(link == nullptr ? 0 : static_cast<std::uint64_t>(link->index));
}

Read device_name(const model::Link* link)
{
    return Read::of(link == nullptr ? Value{} : Value::of_name(link->name));
}

Read device_type(const model::Link* link)
{
    if (link == nullptr)
        return kNothing;
    if (link->loopback)
        return Read::of(kArphrdLoopback);
    return link->ethernet ? Read::of(kArphrdEther) : kUnknown;
}

Read device_kind(const model::Link* link)
{
    return link == nullptr || link->kind.empty() ? kNothing : Read::of(Value::of_name(link->kind));
}

Read device_group(const model::Link* link)
{
    return link == nullptr ? kNothing : Read::of(link->group);
}

// nft_meta_bridge_get_eval(): the bridge of a port; the empty name for other devices.
Read bridge_name(const model::Link* link, const Context& context)
{
    return Read::of(link == nullptr ? Value{} : context.program.bridge_name(link->master));
}

Read meta_field(Field field, const PacketView& packet, const Context& context)
{
    switch (field) {
    case Field::none:
        return kNothing;
    case Field::iif:
        return device_index(packet.in);
    case Field::iifname:
        return device_name(packet.in);
    case Field::iiftype:
        return device_type(packet.in);
    case Field::iifkind:
        return device_kind(packet.in);
    case Field::iifgroup:
        return device_group(packet.in);
    case Field::ibrname:
        return bridge_name(packet.in, context);
    case Field::oif:
        return device_index(packet.out);
    case Field::oifname:
        return device_name(packet.out);
    case Field::oiftype:
        return device_type(packet.out);
    case Field::oifkind:
        return device_kind(packet.out);
    case Field::oifgroup:
        return device_group(packet.out);
    case Field::obrname:
        return bridge_name(packet.out, context);
    // The member of a VRF that the packet came in by; the VRF itself is all that rules are handed.
    case Field::sdif:
    case Field::sdifname:
        return packet.in != nullptr && packet.in->kind == "vrf" ? kUnknown : Read::of(Value{});
    case Field::mark:
        return Read::of(packet.mark);
    case Field::priority:
        return Read::of(packet.priority);
    case Field::l4proto:
        return only_if(is_ipv4(packet) || is_ipv6(packet), packet.protocol);
    case Field::nfproto:
        if (context.family == HookFamily::bridge)
            return Read::of(net::kNfprotoBridge);
        return Read::of(is_ipv4(packet) ? net::kNfprotoIpv4 : net::kNfprotoIpv6);
    case Field::protocol:
        return Read::of(ether_type(packet));
    case Field::pkttype:
        return Read::of(static_cast<std::uint64_t>(packet.type));
    case Field::length:
        return Read::of(packet.length);
    case Field::skuid:
        return if_given(packet.socket_owner);
    case Field::skgid: // a socket has one, but no snapshot tells it
        return packet.socket_owner && !packet.socket_group ? kUnknown
                                                           : if_given(packet.socket_group);
    default:
        return kUnknown;
    }
}

Read network_field(Field field, const PacketView& packet)
{
    const bool ipv4 = is_ipv4(packet);
    const bool ipv6 = is_ipv6(packet);
    const bool arp = ether_type(packet) == net::kEtherArp;
    switch (field) {
    case Field::ether_saddr:
        return if_given(packet.source_mac);
    case Field::ether_daddr:
        return if_given(packet.destination_mac);
    case Field::ether_type:
        return Read::of(ether_type(packet));
    case Field::vlan_id:
        return if_given(packet.vlan);
    case Field::arp_operation:
        return only_if(arp, packet.arp_operation);
    case Field::arp_saddr_ip:
        return only_if(arp, Value::of(packet.source));
    case Field::arp_daddr_ip:
        return only_if(arp, Value::of(packet.destination));
    case Field::arp_saddr_ether:
        return arp ? if_given(packet.source_mac) : kNothing;
    case Field::ip_saddr:
        return only_if(ipv4, Value::of(packet.source));
    case Field::ip_daddr:
        return only_if(ipv4, Value::of(packet.destination));
    case Field::ip_protocol:
        return only_if(ipv4, packet.protocol);
    case Field::ip_ttl:
        return only_if(ipv4, packet.ttl);
    case Field::ip_tos:
        return only_if(ipv4, packet.tos);
    case Field::ip_length:
        return only_if(ipv4, packet.length);
    case Field::ip6_saddr:
        return only_if(ipv6, Value::of(packet.source));
    case Field::ip6_daddr:
        return only_if(ipv6, Value::of(packet.destination));
    case Field::ip6_nexthdr:
        return only_if(ipv6, packet.protocol);
    case Field::ip6_hoplimit:
        return only_if(ipv6, packet.ttl);
    case Field::ip6_tos:
        return only_if(ipv6, packet.tos);
    case Field::ip6_length: {
        constexpr std::uint16_t kHeader = 40; // payload_len leaves it out
        return only_if(ipv6, packet.length > kHeader ? packet.length - kHeader : 0U);
    }
    case Field::later_fragment:
        return only_if(ipv4 || ipv6, packet.later_fragment ? 1U : 0U);
    default:
        return kUnknown;
    }
}

// nft_payload_eval(): nothing of the transport header in a later fragment.
Read transport_field(Field field, const PacketView& packet)
{
    if ((!is_ipv4(packet) && !is_ipv6(packet)) || packet.later_fragment)
        return kNothing;
    const auto of = [&](std::uint8_t protocol, std::uint64_t number) {
        return only_if(packet.protocol == protocol, number);
    };
    const bool ports = packet.protocol == net::kTcp || packet.protocol == net::kUdp ||
                       packet.protocol == net::kDccp || packet.protocol == net::kSctp ||
                       packet.protocol == net::kUdplite;
    switch (field) {
    case Field::icmp_type:
        return of(net::kIcmp, packet.icmp_type);
    case Field::icmp_code:
        return of(net::kIcmp, packet.icmp_code);
    case Field::icmpv6_type:
        return of(net::kIcmpv6, packet.icmp_type);
    case Field::icmpv6_code:
        return of(net::kIcmpv6, packet.icmp_code);
    case Field::tcp_sport:
        return of(net::kTcp, packet.source_port);
    case Field::tcp_dport:
        return of(net::kTcp, packet.destination_port);
    case Field::tcp_flags:
        return of(net::kTcp, packet.tcp_flags);
    case Field::udp_sport:
        return of(net::kUdp, packet.source_port);
    case Field::udp_dport:
        return of(net::kUdp, packet.destination_port);
    case Field::udplite_sport:
        return of(net::kUdplite, packet.source_port);
    case Field::udplite_dport:
        return of(net::kUdplite, packet.destination_port);
    case Field::sctp_sport:
        return of(net::kSctp, packet.source_port);
    case Field::sctp_dport:
        return of(net::kSctp, packet.destination_port);
    case Field::dccp_sport:
        return of(net::kDccp, packet.source_port);
    case Field::dccp_dport:
        return of(net::kDccp, packet.destination_port);
    // Of other protocols these are whatever stands in the first four bytes.
    case Field::th_sport:
        return ports ? Read::of(packet.source_port) : kUnknown;
    case Field::th_dport:
        return ports ? Read::of(packet.destination_port) : kUnknown;
    default:
        return kUnknown;
    }
}

// nft_ct_get_eval(): `ct state` of any packet, the rest only of a tracked one.
std::uint32_t state_bit(CtState state)
{
    switch (state) {
    case CtState::invalid:
        return kStateInvalid;
    case CtState::new_:
        return kStateNew;
    case CtState::established:
        return kStateEstablished;
    case CtState::related:
        return kStateRelated;
    case CtState::untracked:
        return kStateUntracked;
    }
    return kStateInvalid;
}

Read ct_field(Field field, const CtView& ct)
{
    const std::uint32_t state = state_bit(ct.state);
    if (field == Field::ct_state)
        return Read::of(state);
    if (field == Field::ct_nat_state)
        return Read::of(
            state | (is_tracked(ct) && (ct.status & model::kSourceNat) != 0 ? kStateSnat : 0) |
            (is_tracked(ct) && (ct.status & model::kDestinationNat) != 0 ? kStateDnat : 0));
    if (!is_tracked(ct))
        return kNothing;
    const model::Tuple& own = ct.direction == CtDirection::original ? ct.original : ct.reply;
    switch (field) {
    case Field::ct_direction:
        return Read::of(static_cast<std::uint64_t>(ct.direction));
    case Field::ct_status:
        return Read::of(ct.status);
    case Field::ct_mark:
        return Read::of(ct.mark);
    case Field::ct_zone:
        return Read::of(ct.zone.original != 0 ? ct.zone.original : ct.zone.reply);
    case Field::ct_original_zone:
        return Read::of(ct.zone.original);
    case Field::ct_reply_zone:
        return Read::of(ct.zone.reply);
    case Field::ct_l3proto:
        return Read::of(ct.original.source.family() == net::Family::ipv4 ? net::kNfprotoIpv4
                                                                         : net::kNfprotoIpv6);
    case Field::ct_protocol:
        return Read::of(ct.original.protocol);
    case Field::ct_original_saddr:
        return Read::of(Value::of(ct.original.source));
    case Field::ct_original_daddr:
        return Read::of(Value::of(ct.original.destination));
    case Field::ct_original_sport:
        return Read::of(ct.original.source_port);
    case Field::ct_original_dport:
        return Read::of(ct.original.destination_port);
    case Field::ct_reply_saddr:
        return Read::of(Value::of(ct.reply.source));
    case Field::ct_reply_daddr:
        return Read::of(Value::of(ct.reply.destination));
    case Field::ct_reply_sport:
        return Read::of(ct.reply.source_port);
    case Field::ct_reply_dport:
        return Read::of(ct.reply.destination_port);
    case Field::ct_saddr:
        return Read::of(Value::of(own.source));
    case Field::ct_daddr:
        return Read::of(Value::of(own.destination));
    case Field::ct_sport:
        return Read::of(own.source_port);
    case Field::ct_dport:
        return Read::of(own.destination_port);
    default:
        return kUnknown;
    }
}

} // namespace

Read read_field(Field field, const PacketView& packet, const Context& context)
{
    if (field >= Field::ct_state)
        return ct_field(field, packet.ct);
    if (field >= Field::icmp_type)
        return transport_field(field, packet);
    if (field >= Field::ether_saddr)
        return network_field(field, packet);
    return meta_field(field, packet, context);
}

} // namespace onlan::rules
