#include "simulate/run/packet.hpp"

#include <array>

#include <fmt/format.h>

#include "simulate/netfilter/tcp_track.hpp"

namespace onlan::simulate {
namespace {

// invmap[] of net/netfilter/nf_conntrack_proto_icmp.c, by pairs.
constexpr std::array<std::array<std::uint8_t, 2>, 5> kIcmpPairs{
    {{net::kIcmpEcho, net::kIcmpEchoReply},
     {net::kIcmpTimestamp, net::kIcmpTimestampReply},
     {net::kIcmpInfoRequest, net::kIcmpInfoReply},
     {net::kIcmpAddress, net::kIcmpAddressReply},
     {net::kIcmpv6EchoRequest, net::kIcmpv6EchoReply}}};

std::uint8_t inverted_icmp_type(std::uint8_t type)
{
    for (const auto& [request, reply] : kIcmpPairs) {
        if (type == request)
            return reply;
        if (type == reply)
            return request;
    }
    return type;
}

} // namespace

bool Ip::icmp_error() const
{
    if (protocol == kIcmpv6)
        return icmp_type >= net::kIcmpv6DestUnreach && icmp_type <= net::kIcmpv6ParamProb;
    return protocol == kIcmp &&
           (icmp_type == net::kIcmpDestUnreach || icmp_type == net::kIcmpSourceQuench ||
            icmp_type == net::kIcmpRedirect || icmp_type == net::kIcmpTimeExceeded ||
            icmp_type == net::kIcmpParameterProb);
}

bool is_gso(const Ip& ip)
{
    return ip.segment != 0 && ip.protocol == kTcp;
}

std::uint32_t wire_length(const Ip& ip)
{
    const auto headers = static_cast<std::uint32_t>(ip.length - ip.payload);
    return ip.segment == 0 ? ip.length : headers + ip.segment;
}

model::Tuple tuple_of(const Ip& ip)
{
    model::Tuple tuple{.source = ip.source, .destination = ip.destination, .protocol = ip.protocol};
    if (ip.icmp()) {
        tuple.source_port = ip.source_port;
        tuple.destination_port =
            static_cast<std::uint16_t>(static_cast<unsigned>(ip.icmp_type) << 8U | ip.icmp_code);
    } else {
        tuple.source_port = ip.source_port;
        tuple.destination_port = ip.destination_port;
    }
    return tuple;
}

model::Tuple inverted(const model::Tuple& tuple)
{
    model::Tuple other{.source = tuple.destination,
                       .destination = tuple.source,
                       .protocol = tuple.protocol,
                       .source_port = tuple.destination_port,
                       .destination_port = tuple.source_port};
    if (net::is_icmp(tuple.protocol)) {
        const auto type =
            inverted_icmp_type(static_cast<std::uint8_t>(tuple.destination_port >> 8U));
        other.source_port = tuple.source_port;
        other.destination_port = static_cast<std::uint16_t>(static_cast<unsigned>(type) << 8U |
                                                            (tuple.destination_port & 0xFFU));
    }
    return other;
}

Ip reset_to(const Ip& segment)
{
    Ip reset{.source = segment.destination,
             .destination = segment.source,
             .protocol = kTcp,
             .length = 40,
             .source_port = segment.destination_port,
             .destination_port = segment.source_port,
             .tcp_flags = kRst};
    if ((segment.tcp_flags & kAck) != 0) {
        reset.sequence = segment.acknowledged;
    } else {
        reset.tcp_flags |= kAck;
        reset.acknowledged = end_of(segment);
    }
    return reset;
}

Tracking related_to(const Tracking& ct)
{
    if (ct.connection == nullptr)
        return {};
    return {.state = rules::CtState::related,
            .direction = other(ct.direction),
            .connection = ct.connection,
            .seen = true,
            .zone = ct.zone};
}

std::string tcp_flag_letters(std::uint8_t flags)
{
    std::string letters;
    for (const auto& [bit, letter] :
         {std::pair{kSyn, 'S'}, {kFin, 'F'}, {kRst, 'R'}, {kPsh, 'P'}, {kAck, 'A'}}) {
        if ((flags & bit) != 0)
            letters.push_back(letter);
    }
    return letters;
}

std::string tcp_flag_words(std::uint8_t flags)
{
    std::string words;
    for (const auto& [bit, word] :
         {std::pair{kSyn, "SYN"}, {kFin, "FIN"}, {kRst, "RST"}, {kAck, "ACK"}}) {
        if ((flags & bit) != 0)
            words += words.empty() ? std::string(word) : std::string("+") + word;
    }
    return words;
}

std::string icmp_word(std::uint8_t protocol, std::uint8_t type, std::uint8_t code)
{
    if (protocol == kIcmpv6) {
        switch (type) {
        case net::kIcmpv6EchoRequest:
            return "echo-request";
        case net::kIcmpv6EchoReply:
            return "echo-reply";
        case net::kIcmpv6DestUnreach:
            return fmt::format("unreachable/{}", code);
        case net::kIcmpv6PktTooBig:
            return "too-big";
        default:
            return fmt::format("icmp6-type-{}/{}", type, code);
        }
    }
    switch (type) {
    case net::kIcmpEcho:
        return "echo-request";
    case net::kIcmpEchoReply:
        return "echo-reply";
    case net::kIcmpDestUnreach:
        return fmt::format("unreachable/{}", code);
    case net::kIcmpRedirect:
        return "redirect";
    case net::kIcmpTimeExceeded:
        return "time-exceeded";
    default:
        return fmt::format("icmp-type-{}/{}", type, code);
    }
}

std::string_view ct_word(const Tracking& ct)
{
    if (!ct.seen && ct.state != rules::CtState::untracked)
        return {};
    switch (ct.state) {
    case rules::CtState::invalid:
        return "invalid";
    case rules::CtState::new_:
        return "new";
    case rules::CtState::established:
        return "established";
    case rules::CtState::related:
        return "related";
    case rules::CtState::untracked:
        return "untracked";
    }
    return {};
}

} // namespace onlan::simulate
