// The TCP state machine of net/netfilter/nf_conntrack_proto_tcp.c. Windows are not followed: both
// ends of the simulated exchange keep to them.

#include <array>

#include "simulate/stages.hpp"

namespace onlan::simulate {
namespace {

using rules::CtDirection;

// enum tcp_conntrack; `invalid` and `ignore` are answers of the table, not states.
enum TcpState : std::uint8_t {
    none,
    syn_sent,
    syn_recv,
    established,
    fin_wait,
    close_wait,
    last_ack,
    time_wait,
    close,
    syn_sent2,
    invalid,
    ignore,
};

// enum tcp_bit_set
enum Flag : std::uint8_t { flag_none, flag_syn, flag_synack, flag_fin, flag_ack, flag_rst };

constexpr std::size_t kStates = 10;
using Row = std::array<TcpState, kStates>;

// tcp_conntracks[][][]: by direction, by flag (from SYN on), by the state before.
//                      none      syn_sent  syn_recv  establ.   fin_wait  close_wait last_ack
//                      time_wait close     syn_sent2
constexpr std::array<std::array<Row, 5>, 2> kTransitions{{
    {{
        /* SYN    */ {syn_sent, syn_sent, ignore, ignore, ignore, ignore, ignore, syn_sent,
                      syn_sent, syn_sent2},
        /* SYNACK */
        {invalid, invalid, syn_recv, invalid, invalid, invalid, invalid, invalid, invalid,
         syn_recv},
        /* FIN    */
        {invalid, invalid, fin_wait, fin_wait, last_ack, last_ack, last_ack, time_wait, close,
         invalid},
        /* ACK    */
        {established, invalid, established, established, close_wait, close_wait, time_wait,
         time_wait, close, invalid},
        /* RST    */ {invalid, close, close, close, close, close, close, close, close, close},
    }},
    {{
        /* SYN    */ {invalid, syn_sent2, invalid, invalid, invalid, invalid, invalid, syn_sent,
                      invalid, syn_sent2},
        /* SYNACK */
        {invalid, syn_recv, ignore, ignore, ignore, ignore, ignore, ignore, ignore, syn_recv},
        /* FIN    */
        {invalid, invalid, fin_wait, fin_wait, last_ack, last_ack, last_ack, time_wait, close,
         invalid},
        /* ACK    */
        {invalid, ignore, syn_recv, established, close_wait, close_wait, time_wait, time_wait,
         close, ignore},
        /* RST    */ {invalid, close, close, close, close, close, close, close, close, close},
    }},
}};

// get_conntrack_index()
Flag flag_of(std::uint8_t flags)
{
    if ((flags & kRst) != 0)
        return flag_rst;
    if ((flags & kSyn) != 0)
        return (flags & kAck) != 0 ? flag_synack : flag_syn;
    if ((flags & kFin) != 0)
        return flag_fin;
    return (flags & kAck) != 0 ? flag_ack : flag_none;
}

// tcp_valid_flags[]: which combinations are a segment at all; PSH, ECE and CWR do not matter.
bool valid_flags(std::uint8_t flags)
{
    constexpr std::uint8_t kUrg = 32;
    switch (flags & (kFin | kSyn | kRst | kAck | kUrg)) {
    case kSyn:
    case kSyn | kUrg:
    case kSyn | kAck:
    case kRst:
    case kRst | kAck:
    case kFin | kAck:
    case kFin | kAck | kUrg:
    case kAck:
    case kAck | kUrg:
        return true;
    default:
        return false;
    }
}

TcpState transition(CtDirection direction, Flag flag, std::uint8_t before)
{
    if (flag == flag_none || before >= kStates)
        return invalid;
    return kTransitions[static_cast<std::size_t>(direction)][flag - 1U][before];
}

CtDirection other(CtDirection direction)
{
    return direction == CtDirection::original ? CtDirection::reply : CtDirection::original;
}

// A segment that the state does not expect but tolerates. A SYN+ACK that answers an ignored SYN
// shows that the entry is out of step with the ends: it starts over.
TcpState tolerated(Connection& connection, CtDirection direction, Flag flag, TcpState before)
{
    const bool answers_syn = flag == flag_synack && connection.last_flag == flag_syn &&
                             connection.last_direction == other(direction);
    connection.last_flag = flag;
    connection.last_direction = direction;
    return answers_syn ? syn_recv : before;
}

} // namespace

bool tcp_may_begin(std::uint8_t flags, bool loose)
{
    if (!valid_flags(flags))
        return false;
    const TcpState first = transition(CtDirection::original, flag_of(flags), none);
    // tcp_new(): an ACK is taken for the middle of a connection that began before we looked.
    return first == syn_sent || (first == established && loose);
}

void tcp_begin(Connection& connection, std::uint8_t flags)
{
    connection.entry.tcp_state = none;
    connection.last_flag = flag_of(flags);
}

TcpResult tcp_packet(Connection& connection, CtDirection direction, std::uint8_t flags)
{
    if (!valid_flags(flags))
        return TcpResult::invalid;
    const Flag flag = flag_of(flags);
    const auto before = static_cast<TcpState>(connection.entry.tcp_state);
    TcpState after = transition(direction, flag, before);
    const auto own = static_cast<std::size_t>(direction);

    if (after == invalid)
        return TcpResult::invalid;
    if (after == syn_sent && before >= time_wait && before < kStates) {
        // A new SYN reopens what is closed: the entry goes, and NAT is decided anew.
        const bool closed_in_order = connection.close_init[0] || connection.close_init[1];
        const bool was_reset =
            connection.last_flag == flag_rst && connection.last_direction == direction;
        if (closed_in_order || was_reset) {
            connection.entry.status |= kDying;
            return TcpResult::again;
        }
        after = ignore;
    }
    if (after == ignore) {
        const TcpState state = tolerated(connection, direction, flag, before);
        if (state == before)
            return TcpResult::accept;
        after = state;
    }
    connection.entry.tcp_state = after;
    connection.last_flag = flag;
    connection.last_direction = direction;
    if (after == fin_wait && before != after)
        connection.close_init[own] = true;
    if (!connection.has(kSeenReply)) {
        // tcp_packet(): "if only reply is a RST, we can consider ourselves not to have an
        // established connection". The packet keeps the entry, so NAT is still undone on it.
        if (flag == flag_rst && before != none)
            connection.entry.status |= kDying;
    } else if (!connection.has(kAssured) && (before == syn_recv || before == established) &&
               after == established) {
        connection.entry.status |= kAssured;
    }
    return TcpResult::accept;
}

} // namespace onlan::simulate
