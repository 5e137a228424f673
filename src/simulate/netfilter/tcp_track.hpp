#pragma once

#include <array>
#include <cstdint>

#include "rules/packet_view.hpp"
#include "simulate/run/packet.hpp"

namespace onlan::simulate {

// enum tcp_bit_set
enum class TcpIndex : std::uint8_t { none, syn, synack, fin, ack, rst };

// What conntrack has seen one end send: struct ip_ct_tcp_state. Numbers are of the sequence space.
struct TcpSeen {
    std::uint32_t end = 0;    // of all that was sent
    std::uint32_t maxend = 0; // up to which the other end's window reaches
    std::uint32_t maxwin = 0; // the largest window offered; 0: nothing was seen yet
    std::uint32_t maxack = 0; // the highest acknowledgement
    std::uint8_t scale = 0;   // of its windows
    bool scales = false;      // IP_CT_TCP_FLAG_WINDOW_SCALE
    bool sacks = false;       // IP_CT_TCP_FLAG_SACK_PERM
    bool close_init = false;  // IP_CT_TCP_FLAG_CLOSE_INIT
    bool be_liberal = false;  // IP_CT_TCP_FLAG_BE_LIBERAL
    bool maxack_set = false;  // IP_CT_TCP_FLAG_MAXACK_SET
};

// struct ip_ct_tcp, without its state, which stands in the entry.
struct TcpTrack {
    std::array<TcpSeen, 2> seen; // by direction
    TcpIndex last_index = TcpIndex::none;
    rules::CtDirection last_direction = rules::CtDirection::original;
    std::uint32_t last_end = 0;
    std::uint32_t last_ack = 0;
    std::uint16_t last_window = 0;
    std::uint8_t last_scale = 0;
    bool last_scales = false;
    bool last_sacks = false;
    bool expects_challenge_ack = false; // IP_CT_EXP_CHALLENGE_ACK
    bool simultaneous_open = false;     // IP_CT_TCP_SIMULTANEOUS_OPEN
};

[[nodiscard]] constexpr std::size_t at(rules::CtDirection direction)
{
    return static_cast<std::size_t>(direction);
}
[[nodiscard]] constexpr rules::CtDirection other(rules::CtDirection direction)
{
    return direction == rules::CtDirection::original ? rules::CtDirection::reply
                                                     : rules::CtDirection::original;
}

// Serial numbers: before() and after() of include/net/tcp.h.
[[nodiscard]] constexpr bool before(std::uint32_t a, std::uint32_t b)
{
    return static_cast<std::int32_t>(a - b) < 0;
}
[[nodiscard]] constexpr bool after(std::uint32_t a, std::uint32_t b)
{
    return before(b, a);
}
// segment_seq_plus_len()
[[nodiscard]] constexpr std::uint32_t end_of(const Ip& segment)
{
    return segment.sequence + segment.payload + ((segment.tcp_flags & kSyn) != 0 ? 1U : 0U) +
           ((segment.tcp_flags & kFin) != 0 ? 1U : 0U);
}

// tcp_in_window(): `accept` for what fits what both ends have sent, and then remembers it; `ignore`
// for what passes without counting.
enum class InWindow : std::uint8_t { accept, ignore, invalid };
struct WindowCheck {
    rules::CtDirection direction = rules::CtDirection::original;
    bool opening = false;    // state SYN_SENT or SYN_RECV
    bool syn_sent = false;   // state SYN_SENT
    bool be_liberal = false; // nf_conntrack_tcp_be_liberal
};
[[nodiscard]] InWindow tcp_in_window(TcpTrack& track, const Ip& segment, const WindowCheck& about);
// tcp_new(): what the first segment of a connection tells.
void tcp_see_first(TcpTrack& track, const Ip& segment);
// A SYN+ACK that answers a SYN which was let through unseen: what is known starts over.
void tcp_resynchronise(TcpTrack& track, rules::CtDirection direction);

} // namespace onlan::simulate
