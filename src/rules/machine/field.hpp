#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/machine/datatype.hpp"
#include "rules/machine/value.hpp"
#include "rules/packet_view.hpp"
#include "rules/rule_set.hpp"

namespace onlan::rules {

// What a rule can read of a packet: nftables' meta, payload and ct expressions by their own names,
// and what x_tables' matches see beyond them. Each has a row in field.cpp.
enum class Field : std::uint8_t {
    unknown, // the packet has it, the model does not
    none,    // no packet of ours has it
    iif,
    iifname,
    iiftype,
    iifkind,
    iifgroup,
    ibrname,
    oif,
    oifname,
    oiftype,
    oifkind,
    oifgroup,
    obrname,
    sdif,
    sdifname,
    mark,
    priority,
    l4proto,
    nfproto,
    protocol,
    pkttype,
    length,
    skuid,
    skgid,
    socket_transparent,
    socket_wildcard,
    socket_mark,
    ether_saddr,
    ether_daddr,
    ether_type,
    vlan_id,
    arp_operation,
    arp_saddr_ip,
    arp_daddr_ip,
    arp_saddr_ether,
    ip_saddr,
    ip_daddr,
    ip_protocol,
    ip_ttl,
    ip_tos,
    ip_length,
    ip6_saddr,
    ip6_daddr,
    ip6_nexthdr,
    ip6_hoplimit,
    ip6_tos,
    ip6_length,
    later_fragment,
    icmp_type,
    icmp_code,
    icmpv6_type,
    icmpv6_code,
    tcp_sport,
    tcp_dport,
    tcp_flags,
    tcp_maxseg,
    path_mss,
    udp_sport,
    udp_dport,
    udplite_sport,
    udplite_dport,
    sctp_sport,
    sctp_dport,
    dccp_sport,
    dccp_dport,
    th_sport,
    th_dport,
    ipset_sport,
    ipset_dport,
    ct_state,
    ct_direction,
    ct_status,
    ct_mark,
    ct_zone,
    ct_original_zone,
    ct_reply_zone,
    ct_l3proto,
    ct_protocol,
    ct_original_saddr,
    ct_original_daddr,
    ct_original_sport,
    ct_original_dport,
    ct_reply_saddr,
    ct_reply_daddr,
    ct_reply_sport,
    ct_reply_dport,
    ct_saddr,
    ct_daddr,
    ct_sport,
    ct_dport,    // of the packet's own direction
    ct_nat_state // xt_conntrack's states: ct_state with the bits below
};
inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::ct_nat_state) + 1;

// NF_CT_STATE_BIT(), include/uapi/linux/netfilter/nf_conntrack_common.h, and nft's `untracked`.
inline constexpr std::uint32_t kStateInvalid = 1;
inline constexpr std::uint32_t kStateEstablished = 2;
inline constexpr std::uint32_t kStateRelated = 4;
inline constexpr std::uint32_t kStateNew = 8;
inline constexpr std::uint32_t kStateUntracked = 64;
// XT_CONNTRACK_STATE_SNAT and _DNAT, at places of our own.
inline constexpr std::uint32_t kStateSnat = 256;
inline constexpr std::uint32_t kStateDnat = 512;

enum class Known : std::uint8_t {
    unread,  // not looked at yet
    value,   // it has this value
    nothing, // the packet has no such field: nftables ends the rule (NFT_BREAK)
    unknown  // it may have any value
};

struct Read {
    Known known = Known::nothing;
    Value value;

    [[nodiscard]] static constexpr Read of(const Value& value) noexcept
    {
        return {.known = Known::value, .value = value};
    }
    [[nodiscard]] static constexpr Read of(std::uint64_t number) noexcept
    {
        return of(Value::of(number));
    }
};
inline constexpr Read kNothing{.known = Known::nothing, .value = {}};
inline constexpr Read kUnknown{.known = Known::unknown, .value = {}};

struct Program;

// All that a rule may ask, beside the fields of the packet.
struct Context {
    const Program& program;
    const Surroundings& surroundings;
    HookFamily family = HookFamily::ipv4;
    Hook hook = Hook::prerouting;
};

[[nodiscard]] Read read_field(Field field, const PacketView& packet, const Context& context);
// By nft's words: "meta iifname", "tcp dport", "ct original saddr".
[[nodiscard]] std::optional<Field> field_named(std::string_view name);
// How values beside it are written.
[[nodiscard]] Datatype datatype_of(Field field);

// The fields of one packet, each read once.
class Registers {
public:
    [[nodiscard]] Read read(Field field, const PacketView& packet, const Context& context)
    {
        const auto at = static_cast<std::size_t>(field);
        if (known_[at] == Known::unread) {
            const Read read = read_field(field, packet, context);
            known_[at] = read.known;
            values_[at] = read.value;
        }
        return {.known = known_[at], .value = values_[at]};
    }
    // A rule has changed the packet.
    void forget() noexcept { known_ = {}; }

private:
    static_assert(Known::unread == Known{});
    std::array<Known, kFields> known_{};
    std::array<Value, kFields> values_;
};

[[nodiscard]] constexpr bool is_tracked(const CtView& ct) noexcept
{
    return ct.state != CtState::invalid && ct.state != CtState::untracked;
}

} // namespace onlan::rules
