#include "rules/machine/field.hpp"

#include <algorithm>
#include <array>

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

Read in_ipv4(const PacketView& packet, const Value& value)
{
    return only_if(is_ipv4(packet), value);
}

Read in_ipv6(const PacketView& packet, const Value& value)
{
    return only_if(is_ipv6(packet), value);
}

Read in_ip(const PacketView& packet, std::uint64_t number)
{
    return only_if(is_ipv4(packet) || is_ipv6(packet), number);
}

Read in_arp(const PacketView& packet, const Value& value)
{
    return only_if(ether_type(packet) == net::kEtherArp, value);
}

// nft_payload_eval(): nothing of the transport header in a later fragment.
bool has_transport(const PacketView& packet)
{
    return (is_ipv4(packet) || is_ipv6(packet)) && !packet.later_fragment;
}

Read in_transport(std::uint8_t protocol, const PacketView& packet, std::uint64_t number)
{
    return only_if(has_transport(packet) && packet.protocol == protocol, number);
}

// Of other protocols these are whatever stands in the first four bytes.
Read port(const PacketView& packet, std::uint16_t number)
{
    constexpr auto kWithPorts =
        std::to_array<std::uint8_t>({net::kTcp, net::kUdp, net::kDccp, net::kSctp, net::kUdplite});
    if (!has_transport(packet))
        return kNothing;
    return std::ranges::find(kWithPorts, packet.protocol) != kWithPorts.end() ? Read::of(number)
                                                                              : kUnknown;
}

// get_port(), net/netfilter/ipset/ip_set_getport.c: of ICMP its type and code, of a protocol
// without ports 0.
Read port_of_set(const PacketView& packet, std::uint16_t number)
{
    constexpr auto kWithPorts = std::to_array<std::uint8_t>(
        {net::kTcp, net::kUdp, net::kSctp, net::kUdplite, net::kIcmp, net::kIcmpv6});
    if (!is_ipv4(packet) && !is_ipv6(packet))
        return kNothing;
    if (std::ranges::find(kWithPorts, packet.protocol) == kWithPorts.end())
        return Read::of(0);
    if (packet.later_fragment)
        return kNothing;
    const bool icmp = net::is_icmp(packet.protocol);
    return Read::of(icmp ? packet.icmp_type << 8U | packet.icmp_code : number);
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

// The member of a VRF that the packet came in by; the VRF itself is all that rules are handed.
Read vrf_member(const model::Link* link)
{
    return link != nullptr && link->kind == "vrf" ? kUnknown : Read::of(Value{});
}

std::uint64_t nfproto(const net::IpAddress& address)
{
    return address.family() == net::Family::ipv4 ? net::kNfprotoIpv4 : net::kNfprotoIpv6;
}

Read family(const PacketView& packet, const Context& context)
{
    if (context.family == HookFamily::bridge)
        return Read::of(net::kNfprotoBridge);
    return Read::of(is_ipv4(packet) ? net::kNfprotoIpv4 : net::kNfprotoIpv6);
}

// A socket has one, but no snapshot tells it.
Read socket_group(const PacketView& packet)
{
    return packet.socket_owner && !packet.socket_group ? kUnknown : if_given(packet.socket_group);
}

// nft_socket_eval(): what no socket is for has none of them.
template <typename Part>
Read of_socket(const PacketView& packet, const Context& context, Part part)
{
    const std::optional<SocketView> socket = context.surroundings.socket_of(packet, nullptr);
    return socket ? part(*socket) : kNothing;
}

Read transparent(const SocketView& socket)
{
    return socket.transparent ? Read::of(*socket.transparent ? 1 : 0) : kUnknown;
}

// nft_rt's get_tcpmss(), and what TCPMSS --clamp-mss-to-pmtu takes: of the ways there and back the
// one of the smaller MTU.
Read path_mss(const PacketView& packet, const Context& context)
{
    const std::uint32_t headers = packet.source.family() == net::Family::ipv4 ? 40 : 60;
    if (packet.out == nullptr)
        return kUnknown;
    const model::Link* back = context.surroundings.reverse_device(packet, false);
    const std::uint32_t mtu =
        back == nullptr ? packet.out->mtu : std::min(packet.out->mtu, back->mtu);
    return mtu <= headers ? kUnknown : Read::of(mtu - headers);
}

// payload_len leaves the header out.
std::uint64_t payload_length(const PacketView& packet)
{
    constexpr std::uint16_t kHeader = 40;
    return packet.length > kHeader ? packet.length - kHeader : 0U;
}

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

std::uint32_t state_bits(const CtView& ct)
{
    std::uint32_t bits = state_bit(ct.state);
    if (is_tracked(ct) && (ct.status & model::kSourceNat) != 0)
        bits |= kStateSnat;
    if (is_tracked(ct) && (ct.status & model::kDestinationNat) != 0)
        bits |= kStateDnat;
    return bits;
}

Read of_tracked(const PacketView& packet, const Value& value)
{
    return only_if(is_tracked(packet.ct), value);
}

std::uint64_t zone(const CtView& ct)
{
    return ct.zone.original != 0 ? ct.zone.original : ct.zone.reply;
}

const model::Tuple& own_tuple(const CtView& ct)
{
    return ct.direction == CtDirection::original ? ct.original : ct.reply;
}

struct Seen {
    const PacketView& packet;
    const Context& context;
};

struct FieldRow {
    Field field = Field::unknown;
    std::string_view name; // nft's; empty: it has none, or several for parts of it
    Datatype datatype = Datatype::integer;
    Read (*read)(Seen seen) = nullptr;
};
constexpr auto kFieldRows = std::to_array<FieldRow>({
    {Field::unknown, "", Datatype::integer, [](Seen /*seen*/) { return kUnknown; }},
    {Field::none, "", Datatype::integer, [](Seen /*seen*/) { return kNothing; }},
    {Field::iif, "meta iif", Datatype::ifindex, [](Seen seen) { return device_index(seen.packet.in); }},
    {Field::iifname, "meta iifname", Datatype::ifname, [](Seen seen) { return device_name(seen.packet.in); }},
    {Field::iiftype, "meta iiftype", Datatype::iface_type, [](Seen seen) { return device_type(seen.packet.in); }},
    {Field::iifkind, "meta iifkind", Datatype::ifname, [](Seen seen) { return device_kind(seen.packet.in); }},
    {Field::iifgroup, "meta iifgroup", Datatype::devgroup, [](Seen seen) { return device_group(seen.packet.in); }},
    {Field::ibrname, "meta ibrname", Datatype::ifname, [](Seen seen) { return bridge_name(seen.packet.in, seen.context); }},
    {Field::oif, "meta oif", Datatype::ifindex, [](Seen seen) { return device_index(seen.packet.out); }},
    {Field::oifname, "meta oifname", Datatype::ifname, [](Seen seen) { return device_name(seen.packet.out); }},
    {Field::oiftype, "meta oiftype", Datatype::iface_type, [](Seen seen) { return device_type(seen.packet.out); }},
    {Field::oifkind, "meta oifkind", Datatype::ifname, [](Seen seen) { return device_kind(seen.packet.out); }},
    {Field::oifgroup, "meta oifgroup", Datatype::devgroup, [](Seen seen) { return device_group(seen.packet.out); }},
    {Field::obrname, "meta obrname", Datatype::ifname, [](Seen seen) { return bridge_name(seen.packet.out, seen.context); }},
    {Field::sdif, "meta sdif", Datatype::ifindex, [](Seen seen) { return vrf_member(seen.packet.in); }},
    {Field::sdifname, "meta sdifname", Datatype::ifname, [](Seen seen) { return vrf_member(seen.packet.in); }},
    {Field::mark, "meta mark", Datatype::integer, [](Seen seen) { return Read::of(seen.packet.mark); }},
    {Field::priority, "meta priority", Datatype::integer, [](Seen seen) { return Read::of(seen.packet.priority); }},
    {Field::l4proto, "meta l4proto", Datatype::inet_proto, [](Seen seen) { return in_ip(seen.packet, seen.packet.protocol); }},
    {Field::nfproto, "meta nfproto", Datatype::nf_proto, [](Seen seen) { return family(seen.packet, seen.context); }},
    {Field::protocol, "meta protocol", Datatype::ether_type, [](Seen seen) { return Read::of(ether_type(seen.packet)); }},
    {Field::pkttype, "meta pkttype", Datatype::pkttype, [](Seen seen) { return Read::of(static_cast<std::uint64_t>(seen.packet.type)); }},
    {Field::length, "meta length", Datatype::integer, [](Seen seen) { return Read::of(seen.packet.length); }},
    {Field::skuid, "meta skuid", Datatype::integer, [](Seen seen) { return if_given(seen.packet.socket_owner); }},
    {Field::skgid, "meta skgid", Datatype::integer, [](Seen seen) { return socket_group(seen.packet); }},
    {Field::socket_transparent, "socket transparent", Datatype::boolean, [](Seen seen) { return of_socket(seen.packet, seen.context, transparent); }},
    {Field::socket_wildcard, "socket wildcard", Datatype::boolean, [](Seen seen) { return of_socket(seen.packet, seen.context, [](const SocketView& socket) { return Read::of(socket.wildcard ? 1 : 0); }); }},
    {Field::socket_mark, "socket mark", Datatype::integer, [](Seen seen) { return of_socket(seen.packet, seen.context, [](const SocketView& socket) { return Read::of(socket.mark); }); }},
    {Field::ether_saddr, "ether saddr", Datatype::ether_addr, [](Seen seen) { return if_given(seen.packet.source_mac); }},
    {Field::ether_daddr, "ether daddr", Datatype::ether_addr, [](Seen seen) { return if_given(seen.packet.destination_mac); }},
    {Field::ether_type, "ether type", Datatype::ether_type, [](Seen seen) { return Read::of(ether_type(seen.packet)); }},
    {Field::vlan_id, "vlan id", Datatype::integer, [](Seen seen) { return if_given(seen.packet.vlan); }},
    {Field::arp_operation, "arp operation", Datatype::arp_op, [](Seen seen) { return in_arp(seen.packet, Value::of(seen.packet.arp_operation)); }},
    {Field::arp_saddr_ip, "arp saddr ip", Datatype::address, [](Seen seen) { return in_arp(seen.packet, Value::of(seen.packet.source)); }},
    {Field::arp_daddr_ip, "arp daddr ip", Datatype::address, [](Seen seen) { return in_arp(seen.packet, Value::of(seen.packet.destination)); }},
    {Field::arp_saddr_ether, "arp saddr ether", Datatype::ether_addr, [](Seen seen) { return ether_type(seen.packet) == net::kEtherArp ? if_given(seen.packet.source_mac) : kNothing; }},
    {Field::ip_saddr, "ip saddr", Datatype::address, [](Seen seen) { return in_ipv4(seen.packet, Value::of(seen.packet.source)); }},
    {Field::ip_daddr, "ip daddr", Datatype::address, [](Seen seen) { return in_ipv4(seen.packet, Value::of(seen.packet.destination)); }},
    {Field::ip_protocol, "ip protocol", Datatype::inet_proto, [](Seen seen) { return in_ipv4(seen.packet, Value::of(seen.packet.protocol)); }},
    {Field::ip_ttl, "ip ttl", Datatype::integer, [](Seen seen) { return in_ipv4(seen.packet, Value::of(seen.packet.ttl)); }},
    {Field::ip_tos, "", Datatype::integer, [](Seen seen) { return in_ipv4(seen.packet, Value::of(seen.packet.tos)); }},
    {Field::ip_length, "ip length", Datatype::integer, [](Seen seen) { return in_ipv4(seen.packet, Value::of(seen.packet.length)); }},
    {Field::ip6_saddr, "ip6 saddr", Datatype::address, [](Seen seen) { return in_ipv6(seen.packet, Value::of(seen.packet.source)); }},
    {Field::ip6_daddr, "ip6 daddr", Datatype::address, [](Seen seen) { return in_ipv6(seen.packet, Value::of(seen.packet.destination)); }},
    {Field::ip6_nexthdr, "ip6 nexthdr", Datatype::inet_proto, [](Seen seen) { return in_ipv6(seen.packet, Value::of(seen.packet.protocol)); }},
    {Field::ip6_hoplimit, "ip6 hoplimit", Datatype::integer, [](Seen seen) { return in_ipv6(seen.packet, Value::of(seen.packet.ttl)); }},
    {Field::ip6_tos, "", Datatype::integer, [](Seen seen) { return in_ipv6(seen.packet, Value::of(seen.packet.tos)); }},
    {Field::ip6_length, "ip6 length", Datatype::integer, [](Seen seen) { return in_ipv6(seen.packet, Value::of(payload_length(seen.packet))); }},
    {Field::later_fragment, "ip frag-off", Datatype::integer, [](Seen seen) { return in_ip(seen.packet, seen.packet.later_fragment ? 1 : 0); }},
    {Field::icmp_type, "icmp type", Datatype::icmp_type, [](Seen seen) { return in_transport(net::kIcmp, seen.packet, seen.packet.icmp_type); }},
    {Field::icmp_code, "icmp code", Datatype::icmp_code, [](Seen seen) { return in_transport(net::kIcmp, seen.packet, seen.packet.icmp_code); }},
    {Field::icmpv6_type, "icmpv6 type", Datatype::icmpv6_type, [](Seen seen) { return in_transport(net::kIcmpv6, seen.packet, seen.packet.icmp_type); }},
    {Field::icmpv6_code, "icmpv6 code", Datatype::icmpv6_code, [](Seen seen) { return in_transport(net::kIcmpv6, seen.packet, seen.packet.icmp_code); }},
    {Field::tcp_sport, "tcp sport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kTcp, seen.packet, seen.packet.source_port); }},
    {Field::tcp_dport, "tcp dport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kTcp, seen.packet, seen.packet.destination_port); }},
    {Field::tcp_flags, "tcp flags", Datatype::tcp_flag, [](Seen seen) { return in_transport(net::kTcp, seen.packet, seen.packet.tcp_flags); }},
    {Field::tcp_maxseg, "tcp option maxseg", Datatype::integer, [](Seen seen) { return if_given(seen.packet.mss); }},
    {Field::path_mss, "rt mtu", Datatype::integer, [](Seen seen) { return path_mss(seen.packet, seen.context); }},
    {Field::udp_sport, "udp sport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kUdp, seen.packet, seen.packet.source_port); }},
    {Field::udp_dport, "udp dport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kUdp, seen.packet, seen.packet.destination_port); }},
    {Field::udplite_sport, "udplite sport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kUdplite, seen.packet, seen.packet.source_port); }},
    {Field::udplite_dport, "udplite dport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kUdplite, seen.packet, seen.packet.destination_port); }},
    {Field::sctp_sport, "sctp sport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kSctp, seen.packet, seen.packet.source_port); }},
    {Field::sctp_dport, "sctp dport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kSctp, seen.packet, seen.packet.destination_port); }},
    {Field::dccp_sport, "dccp sport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kDccp, seen.packet, seen.packet.source_port); }},
    {Field::dccp_dport, "dccp dport", Datatype::inet_service, [](Seen seen) { return in_transport(net::kDccp, seen.packet, seen.packet.destination_port); }},
    {Field::th_sport, "th sport", Datatype::inet_service, [](Seen seen) { return port(seen.packet, seen.packet.source_port); }},
    {Field::th_dport, "th dport", Datatype::inet_service, [](Seen seen) { return port(seen.packet, seen.packet.destination_port); }},
    {Field::ipset_sport, "", Datatype::inet_service, [](Seen seen) { return port_of_set(seen.packet, seen.packet.source_port); }},
    {Field::ipset_dport, "", Datatype::inet_service, [](Seen seen) { return port_of_set(seen.packet, seen.packet.destination_port); }},
    {Field::ct_state, "ct state", Datatype::ct_state, [](Seen seen) { return Read::of(state_bit(seen.packet.ct.state)); }},
    {Field::ct_direction, "ct direction", Datatype::ct_dir, [](Seen seen) { return of_tracked(seen.packet, Value::of(static_cast<std::uint64_t>(seen.packet.ct.direction))); }},
    {Field::ct_status, "ct status", Datatype::ct_status, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.status)); }},
    {Field::ct_mark, "ct mark", Datatype::integer, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.mark)); }},
    {Field::ct_zone, "ct zone", Datatype::integer, [](Seen seen) { return of_tracked(seen.packet, Value::of(zone(seen.packet.ct))); }},
    {Field::ct_original_zone, "ct original zone", Datatype::integer, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.zone.original)); }},
    {Field::ct_reply_zone, "ct reply zone", Datatype::integer, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.zone.reply)); }},
    {Field::ct_l3proto, "ct l3proto", Datatype::nf_proto, [](Seen seen) { return of_tracked(seen.packet, Value::of(nfproto(seen.packet.ct.original.source))); }},
    {Field::ct_protocol, "ct protocol", Datatype::inet_proto, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.original.protocol)); }},
    {Field::ct_original_saddr, "ct original saddr", Datatype::address, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.original.source)); }},
    {Field::ct_original_daddr, "ct original daddr", Datatype::address, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.original.destination)); }},
    {Field::ct_original_sport, "ct original proto-src", Datatype::inet_service, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.original.source_port)); }},
    {Field::ct_original_dport, "ct original proto-dst", Datatype::inet_service, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.original.destination_port)); }},
    {Field::ct_reply_saddr, "ct reply saddr", Datatype::address, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.reply.source)); }},
    {Field::ct_reply_daddr, "ct reply daddr", Datatype::address, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.reply.destination)); }},
    {Field::ct_reply_sport, "ct reply proto-src", Datatype::inet_service, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.reply.source_port)); }},
    {Field::ct_reply_dport, "ct reply proto-dst", Datatype::inet_service, [](Seen seen) { return of_tracked(seen.packet, Value::of(seen.packet.ct.reply.destination_port)); }},
    {Field::ct_saddr, "ct saddr", Datatype::address, [](Seen seen) { return of_tracked(seen.packet, Value::of(own_tuple(seen.packet.ct).source)); }},
    {Field::ct_daddr, "ct daddr", Datatype::address, [](Seen seen) { return of_tracked(seen.packet, Value::of(own_tuple(seen.packet.ct).destination)); }},
    {Field::ct_sport, "ct proto-src", Datatype::inet_service, [](Seen seen) { return of_tracked(seen.packet, Value::of(own_tuple(seen.packet.ct).source_port)); }},
    {Field::ct_dport, "ct proto-dst", Datatype::inet_service, [](Seen seen) { return of_tracked(seen.packet, Value::of(own_tuple(seen.packet.ct).destination_port)); }},
    {Field::ct_nat_state, "", Datatype::ct_state, [](Seen seen) { return Read::of(state_bits(seen.packet.ct)); }},
});

constexpr bool are_in_order()
{
    for (std::size_t at = 0; at < kFieldRows.size(); ++at) {
        if (kFieldRows[at].field != static_cast<Field>(at))
            return false;
    }
    return kFieldRows.size() == kFields;
}
static_assert(are_in_order());

const FieldRow& row_of(Field field)
{
    return kFieldRows[static_cast<std::size_t>(field)];
}

} // namespace

Read read_field(Field field, const PacketView& packet, const Context& context)
{
    return row_of(field).read({.packet = packet, .context = context});
}

std::optional<Field> field_named(std::string_view name)
{
    const auto* row = std::ranges::find(kFieldRows, name, &FieldRow::name);
    return row == kFieldRows.end() || name.empty() ? std::nullopt : std::optional(row->field);
}

Datatype datatype_of(Field field)
{
    return row_of(field).datatype;
}

} // namespace onlan::rules
