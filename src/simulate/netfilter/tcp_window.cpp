// Whether a segment fits what conntrack has seen of both ends: tcp_in_window() of
// net/netfilter/nf_conntrack_proto_tcp.c.

#include <algorithm>

#include "simulate/netfilter/tcp_track.hpp"

namespace onlan::simulate {
namespace {

using rules::CtDirection;

constexpr std::uint32_t kMaxAckWindow = 66000; // MAXACKWINCONST

std::uint32_t at_least_one(std::uint32_t window)
{
    return std::max<std::uint32_t>(window, 1);
}

// MAXACKWINDOW()
std::uint32_t ack_window(const TcpSeen& sender)
{
    return std::max(sender.maxwin, kMaxAckWindow);
}

// tcp_options()
void take_options(TcpSeen& seen, const TcpOptions& options)
{
    constexpr std::uint8_t kMaxScale = 14; // RFC 7323
    seen.scale = std::min(options.scale.value_or(0), kMaxScale);
    seen.scales = options.scale.has_value();
    seen.sacks = options.sack_permitted;
}

// tcp_init_sender()
void begin(TcpSeen& sender, TcpSeen& receiver, const Ip& segment, CtDirection direction)
{
    sender.end = sender.maxend = end_of(segment);
    sender.maxwin = at_least_one(segment.window);
    take_options(sender, segment.options);
    // Windows are scaled only if both ends said so (RFC 7323).
    if (direction == CtDirection::reply && !(sender.scales && receiver.scales))
        sender.scale = receiver.scale = 0;
}

// The middle of a connection whose beginning was not seen.
void pick_up(TcpSeen& sender, TcpSeen& receiver, const Ip& segment, std::uint32_t sack)
{
    sender.end = end_of(segment);
    sender.maxwin = at_least_one(std::uint32_t{segment.window} << sender.scale);
    sender.maxend = sender.end + sender.maxwin;
    if (receiver.maxwin == 0)
        receiver.end = receiver.maxend = sack;
    else if (sack == receiver.end + 1)
        ++receiver.end; // the answer to a keepalive
}

struct Numbers {
    std::uint32_t sequence = 0;
    std::uint32_t end = 0;
    std::uint32_t ack = 0;
    std::uint32_t sack = 0; // the right edge of what was received out of order, or `ack`
};

Numbers numbers_of(const Ip& segment, const TcpSeen& sender, const TcpSeen& receiver, bool syn_sent)
{
    Numbers numbers{.sequence = segment.sequence,
                    .end = end_of(segment),
                    .ack = segment.acknowledged,
                    .sack = segment.acknowledged};
    if (receiver.sacks && segment.sack_edge && after(*segment.sack_edge, numbers.sack))
        numbers.sack = *segment.sack_edge;
    const bool acknowledges = (segment.tcp_flags & kAck) != 0;
    const bool reset = (segment.tcp_flags & kRst) != 0;
    if (!acknowledges || (reset && numbers.ack == 0))
        numbers.ack = numbers.sack = receiver.end;
    if (reset && numbers.sequence == 0 && syn_sent)
        numbers.sequence = numbers.end = sender.end;
    return numbers;
}

InWindow check(TcpSeen& sender, const TcpSeen& receiver, const Numbers& is)
{
    const bool in_receive_window = after(is.end, sender.end - receiver.maxwin - 1);
    const bool ack_not_too_low = after(is.sack, receiver.end - ack_window(sender) - 1);
    const bool ack_not_too_high = before(is.sack, receiver.end + 1);
    if (!before(is.sequence, sender.maxend + 1)) {
        const std::uint32_t overshot = is.end - sender.maxend + 1;
        if (receiver.maxwin == 0 || !in_receive_window || !ack_not_too_low ||
            overshot > receiver.maxwin || !ack_not_too_high)
            return InWindow::invalid;
        // An end that sends more than it may is let through.
        sender.end = is.end;
        return InWindow::ignore;
    }
    if (!ack_not_too_high)
        return InWindow::invalid;
    if (receiver.maxwin != 0 && !in_receive_window)
        return InWindow::ignore;
    return ack_not_too_low ? InWindow::accept : InWindow::ignore;
}

void remember(TcpSeen& sender, TcpSeen& receiver, const Numbers& is, const Ip& segment)
{
    std::uint32_t window = segment.window;
    if ((segment.tcp_flags & kSyn) == 0)
        window <<= sender.scale;
    sender.maxwin = std::max(sender.maxwin, window + (is.sack - is.ack));
    if (after(is.end, sender.end))
        sender.end = is.end;
    if ((segment.tcp_flags & kAck) != 0 && (!sender.maxack_set || after(is.ack, sender.maxack))) {
        sender.maxack = is.ack;
        sender.maxack_set = true;
    }
    if (receiver.maxwin != 0 && after(is.end, sender.maxend))
        receiver.maxwin += is.end - sender.maxend;
    if (after(is.sack + window, receiver.maxend - 1))
        receiver.maxend = is.sack + window + (window == 0 ? 1U : 0U);
}

} // namespace

InWindow tcp_in_window(TcpTrack& track, const Ip& segment, const WindowCheck& about)
{
    TcpSeen& sender = track.seen[at(about.direction)];
    TcpSeen& receiver = track.seen[at(other(about.direction))];
    const bool syn = (segment.tcp_flags & kSyn) != 0;
    const bool acknowledges = (segment.tcp_flags & kAck) != 0;
    if (sender.maxwin == 0 && syn) {
        begin(sender, receiver, segment, about.direction);
        if (!acknowledges)
            return InWindow::accept; // both open at once
    } else if (sender.maxwin == 0) {
        pick_up(sender, receiver, segment,
                numbers_of(segment, sender, receiver, about.syn_sent).sack);
    } else if (syn && after(end_of(segment), sender.end) && about.opening) {
        begin(sender, receiver, segment, about.direction);
        if (about.direction == CtDirection::reply && !acknowledges)
            return InWindow::accept;
    }
    const Numbers numbers = numbers_of(segment, sender, receiver, about.syn_sent);
    const InWindow fits = check(sender, receiver, numbers);
    if (fits == InWindow::accept)
        remember(sender, receiver, numbers, segment);
    return about.be_liberal || sender.be_liberal ? InWindow::accept : fits;
}

void tcp_see_first(TcpTrack& track, const Ip& segment)
{
    TcpSeen& sender = track.seen[at(CtDirection::original)];
    sender.end = end_of(segment);
    sender.maxwin = at_least_one(segment.window);
    if ((segment.tcp_flags & kSyn) != 0) {
        sender.maxend = sender.end;
        take_options(sender, segment.options);
        return;
    }
    // "Assume SACK. Should we assume window scaling too?": a connection taken up in its middle is
    // never checked.
    sender.maxend = sender.end + sender.maxwin;
    for (TcpSeen& end : track.seen) {
        end.sacks = true;
        end.be_liberal = true;
    }
}

void tcp_resynchronise(TcpTrack& track, CtDirection direction)
{
    TcpSeen& asked = track.seen[at(track.last_direction)];
    asked.end = asked.maxend = track.last_end;
    asked.maxwin = at_least_one(track.last_window);
    asked.scale = track.last_scale;
    asked.scales = track.last_scales;
    asked.sacks = track.last_sacks;
    asked.close_init = asked.be_liberal = asked.maxack_set = false;
    track.expects_challenge_ack = false;
    track.seen[at(direction)] = {};
}

} // namespace onlan::simulate
