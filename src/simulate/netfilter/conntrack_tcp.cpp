// The TCP state machine of net/netfilter/nf_conntrack_proto_tcp.c.

#include "simulate/netfilter/conntrack_tcp.hpp"

#include <array>

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
TcpIndex index_of(std::uint8_t flags)
{
    if ((flags & kRst) != 0)
        return TcpIndex::rst;
    if ((flags & kSyn) != 0)
        return (flags & kAck) != 0 ? TcpIndex::synack : TcpIndex::syn;
    if ((flags & kFin) != 0)
        return TcpIndex::fin;
    return (flags & kAck) != 0 ? TcpIndex::ack : TcpIndex::none;
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

TcpState transition(CtDirection direction, TcpIndex index, std::uint8_t before)
{
    if (index == TcpIndex::none || before >= kStates)
        return invalid;
    return kTransitions[at(direction)][static_cast<std::size_t>(index) - 1U][before];
}

// One segment of a connection, and what becomes of it.
class Segment {
public:
    Segment(Connection& connection, CtDirection direction, const Ip& ip, bool be_liberal)
        : connection_(connection),
          track_(connection.tcp),
          direction_(direction),
          ip_(ip),
          be_liberal_(be_liberal),
          index_(index_of(ip.tcp_flags)),
          old_(static_cast<TcpState>(connection.entry.tcp_state)),
          new_(transition(direction, index_, connection.entry.tcp_state))
    {}

    TcpResult judge()
    {
        switch (new_) {
        case syn_sent:
            if (old_ < time_wait)
                break;
            if (may_reopen()) {
                connection_.entry.status |= kDying;
                return TcpResult::again;
            }
            [[fallthrough]];
        case ignore:
            if (!answers_ignored_syn()) {
                annotate();
                return TcpResult::accept;
            }
            old_ = syn_sent;
            new_ = syn_recv;
            tcp_resynchronise(track_, direction_);
            break;
        case invalid:
            return TcpResult::invalid;
        case time_wait:
            if (is_challenge_ack()) {
                track_.expects_challenge_ack = false;
                return TcpResult::accept;
            }
            break;
        case syn_sent2:
            track_.simultaneous_open = true;
            break;
        case syn_recv:
            if (direction_ == CtDirection::reply && index_ == TcpIndex::ack &&
                track_.simultaneous_open)
                new_ = established;
            break;
        case close:
            if (index_ != TcpIndex::rst)
                break;
            switch (judge_reset()) {
            case Reset::check_window:
                break;
            case Reset::in_window:
                return enter();
            case Reset::invalid:
                return TcpResult::invalid;
            }
            break;
        default:
            break;
        }
        switch (tcp_in_window(track_, ip_,
                              {.direction = direction_,
                               .opening = old_state() == syn_sent || old_state() == syn_recv,
                               .syn_sent = old_state() == syn_sent,
                               .be_liberal = be_liberal_})) {
        case InWindow::accept:
            return enter();
        case InWindow::ignore:
            return TcpResult::accept;
        case InWindow::invalid:
            break;
        }
        return TcpResult::invalid;
    }

private:
    enum class Reset : std::uint8_t { check_window, in_window, invalid };

    // What the entry says, which a resynchronisation does not touch yet.
    [[nodiscard]] TcpState old_state() const
    {
        return static_cast<TcpState>(connection_.entry.tcp_state);
    }
    // nf_conntrack_tcp_established()
    [[nodiscard]] bool is_established() const
    {
        return old_state() == established && connection_.has(kAssured);
    }
    [[nodiscard]] bool last_was(TcpIndex index, CtDirection direction) const
    {
        return track_.last_index == index && track_.last_direction == direction;
    }

    // A new SYN reopens what is closed: the entry goes, and NAT is decided anew.
    [[nodiscard]] bool may_reopen() const
    {
        return track_.seen[0].close_init || track_.seen[1].close_init ||
               last_was(TcpIndex::rst, direction_);
    }
    // The entry is out of step with the ends: the SYN that it ignored was in order.
    [[nodiscard]] bool answers_ignored_syn() const
    {
        return index_ == TcpIndex::synack && last_was(TcpIndex::syn, other(direction_)) &&
               ip_.acknowledged == track_.last_end;
    }
    [[nodiscard]] bool is_challenge_ack() const
    {
        return old_ == last_ack && index_ == TcpIndex::ack &&
               last_was(TcpIndex::syn, other(direction_)) && track_.expects_challenge_ack;
    }

    // A segment that the state does not expect but lets pass: what it said may be needed to
    // understand the answer to it.
    void annotate()
    {
        track_.last_index = index_;
        track_.last_direction = direction_;
        track_.last_end = end_of(ip_);
        track_.last_window = ip_.window;
        if (index_ == TcpIndex::syn && direction_ == CtDirection::original) {
            track_.last_scales = ip_.options.scale.has_value();
            track_.last_scale = ip_.options.scale.value_or(0);
            track_.last_sacks = ip_.options.sack_permitted;
            track_.expects_challenge_ack = old_ == last_ack;
        }
        if (old_ == syn_sent && index_ == TcpIndex::ack && direction_ == CtDirection::reply)
            track_.last_ack = ip_.acknowledged;
    }

    Reset judge_reset()
    {
        // tcp_can_early_drop(): the tuple may be in use again already.
        const bool closing = old_ == fin_wait || old_ == close_wait || old_ == last_ack ||
                             old_ == time_wait || old_ == close;
        if (closing)
            return Reset::in_window;
        const TcpSeen& peer = track_.seen[at(other(direction_))];
        if (peer.maxack_set && track_.last_index != TcpIndex::syn) {
            if (ip_.sequence == 0 && !is_established())
                return Reset::check_window;
            if (before(ip_.sequence, peer.maxack))
                return Reset::invalid;
            const bool of_a_train =
                last_was(TcpIndex::ack, direction_) && ip_.sequence == track_.last_end;
            if (!is_established() || ip_.sequence == peer.maxack || of_a_train)
                return Reset::check_window;
            // Not exactly the next number: its receiver will challenge it and not believe it.
            new_ = old_;
        }
        const bool after_ignored =
            (connection_.has(kSeenReply) && last_was(TcpIndex::syn, other(direction_))) ||
            (!connection_.has(kAssured) && track_.last_index == TcpIndex::ack);
        if (after_ignored && ip_.acknowledged == track_.last_end)
            return Reset::in_window;
        if (old_ == syn_sent && last_was(TcpIndex::ack, CtDirection::reply) &&
            ip_.sequence == track_.last_ack)
            return Reset::in_window;
        return Reset::check_window;
    }

    TcpResult enter()
    {
        track_.last_index = index_;
        track_.last_direction = direction_;
        if (index_ == TcpIndex::ack) {
            track_.last_end = end_of(ip_);
            track_.last_ack = ip_.acknowledged;
            track_.last_window = ip_.window;
        }
        connection_.entry.tcp_state = new_;
        if (new_ == fin_wait && old_ != new_)
            track_.seen[at(direction_)].close_init = true;
        if (!connection_.has(kSeenReply)) {
            // "If only reply is a RST, we can consider ourselves not to have an established
            // connection". The packet keeps the entry, so NAT is still undone on it.
            if (index_ == TcpIndex::rst)
                connection_.entry.status |= kDying;
        } else if (!connection_.has(kAssured) && (old_ == syn_recv || old_ == established) &&
                   new_ == established) {
            connection_.entry.status |= kAssured;
        }
        return TcpResult::accept;
    }

    Connection& connection_;
    TcpTrack& track_;
    CtDirection direction_;
    const Ip& ip_;
    bool be_liberal_;
    TcpIndex index_;
    TcpState old_;
    TcpState new_;
};

} // namespace

bool tcp_may_begin(std::uint8_t flags, bool loose)
{
    if (!valid_flags(flags))
        return false;
    const TcpState first = transition(CtDirection::original, index_of(flags), none);
    // tcp_new(): an ACK is taken for the middle of a connection that began before we looked.
    return first == syn_sent || (first == established && loose);
}

TcpResult tcp_packet(Connection& connection,
                     CtDirection direction,
                     const Ip& segment,
                     const NetnsSettings& settings)
{
    if (!valid_flags(segment.tcp_flags))
        return TcpResult::invalid;
    // tcp_new()
    if (!connection.has(kConfirmed) && connection.tcp.seen[0].maxwin == 0)
        tcp_see_first(connection.tcp, segment);
    return Segment(connection, direction, segment,
                   settings.netfilter["nf_conntrack_tcp_be_liberal"].value != 0)
        .judge();
}

} // namespace onlan::simulate
