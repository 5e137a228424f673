#include "simulate/packet.hpp"

#include <array>

#include <fmt/format.h>

namespace onlan::simulate {
namespace {

// invmap[] of net/netfilter/nf_conntrack_proto_icmp.c, by pairs.
constexpr std::array<std::array<std::uint8_t, 2>, 5> kIcmpPairs{
    {{8, 0}, {13, 14}, {15, 16}, {17, 18}, {128, 129}}};

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

std::string with_port(const net::IpAddress& address, const model::PortRange& port)
{
    const std::string text =
        port.random() ? fmt::format("{}-{}", port.first, port.last) : fmt::format("{}", port.first);
    return address.family() == net::Family::ipv6 ? fmt::format("[{}]:{}", address.to_string(), text)
                                                 : fmt::format("{}:{}", address.to_string(), text);
}

} // namespace

bool Ip::icmp_error() const
{
    if (protocol == kIcmpv6)
        return icmp_type >= 1 && icmp_type <= 4;
    return protocol == kIcmp && (icmp_type == 3 || icmp_type == 4 || icmp_type == 5 ||
                                 icmp_type == 11 || icmp_type == 12);
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
    if (tuple.protocol == kIcmp || tuple.protocol == kIcmpv6) {
        const auto type =
            inverted_icmp_type(static_cast<std::uint8_t>(tuple.destination_port >> 8U));
        other.source_port = tuple.source_port;
        other.destination_port = static_cast<std::uint16_t>(static_cast<unsigned>(type) << 8U |
                                                            (tuple.destination_port & 0xFFU));
    }
    return other;
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

std::string icmp_word(const Ip& ip)
{
    if (ip.protocol == kIcmpv6) {
        switch (ip.icmp_type) {
        case 128:
            return "echo-request";
        case 129:
            return "echo-reply";
        case 1:
            return fmt::format("unreachable/{}", ip.icmp_code);
        default:
            return fmt::format("icmp6-type-{}/{}", ip.icmp_type, ip.icmp_code);
        }
    }
    switch (ip.icmp_type) {
    case 8:
        return "echo-request";
    case 0:
        return "echo-reply";
    case 3:
        return fmt::format("unreachable/{}", ip.icmp_code);
    case 5:
        return "redirect";
    case 11:
        return "time-exceeded";
    default:
        return fmt::format("icmp-type-{}/{}", ip.icmp_type, ip.icmp_code);
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

std::string summary_of(const Packet& packet, const model::Header& header)
{
    if (packet.arp && packet.arp->reply)
        return fmt::format("ARP {} is-at {}", packet.arp->sender.to_string(),
                           packet.arp->sender_mac.to_string());
    if (packet.arp)
        return fmt::format("ARP who-has {} tell {}", packet.arp->target.to_string(),
                           packet.arp->sender.to_string());
    const Ip& ip = packet.ip;
    if (ip.icmp())
        return fmt::format("ICMP {} {} > {}", icmp_word(ip), ip.source.to_string(),
                           ip.destination.to_string());
    std::string what = "UDP";
    if (ip.protocol == kTcp) {
        what.clear();
        for (const auto& [bit, word] :
             {std::pair{kSyn, "SYN"}, {kFin, "FIN"}, {kRst, "RST"}, {kAck, "ACK"}}) {
            if ((ip.tcp_flags & bit) != 0)
                what += what.empty() ? std::string(word) : std::string("+") + word;
        }
        if (ip.payload != 0)
            what += fmt::format(" ({} bytes)", ip.payload);
    }
    return fmt::format("{} {} > {}", what, with_port(ip.source, header.source_port),
                       with_port(ip.destination, header.destination_port));
}

} // namespace onlan::simulate
