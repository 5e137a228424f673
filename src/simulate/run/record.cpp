// The record of a run, put in words.

#include "simulate/run/record.hpp"

#include <fmt/format.h>

#include "simulate/netfilter/conntrack.hpp"

namespace onlan::simulate {
namespace {

std::string flags_of(const Seen& seen)
{
    switch (seen.protocol) {
    case 0:
        return seen.flags != 0 ? "is-at" : "who-has";
    case kIcmp:
    case kIcmpv6:
        return icmp_word(seen.protocol, seen.flags, seen.code);
    case kTcp:
        return tcp_flag_letters(seen.flags);
    default:
        return {};
    }
}

model::Header in_words(const Seen& seen)
{
    return {.source = seen.source,
            .destination = seen.destination,
            .protocol = seen.protocol,
            .source_port = seen.source_port,
            .destination_port = seen.destination_port,
            .flags = flags_of(seen),
            .ct = std::string(seen.ct),
            .mark = seen.mark};
}

std::string segment_word(std::uint8_t flags, std::uint16_t payload)
{
    const std::string what = tcp_flag_words(flags);
    return payload == 0 ? what : what + fmt::format(" ({} bytes)", payload);
}

model::Step in_words(const Record::Step& step)
{
    return {.netns = step.netns->name(),
            .device = step.device == nullptr ? std::string() : step.device->name(),
            .stage = step.stage,
            .action = step.action,
            .because = in_words(step.because),
            .packet = in_words(step.seen),
            .before = step.before ? std::optional(in_words(*step.before)) : std::nullopt};
}

model::ByRule in_words(const rules::RuleRef& rule)
{
    return {.program = rule.program,
            .table = rule.table,
            .chain = rule.chain,
            .handle = rule.handle,
            .number = rule.number,
            .text = rule.text};
}

model::Match in_words(const Record::Match& match)
{
    return {.netns = match.netns->name(),
            .device = match.device->name(),
            .stage = match.stage,
            .rule = in_words(*match.rule)};
}

model::Header in_words(const model::Tuple& tuple, const EntrySeen::Ports& ports)
{
    const bool icmp = net::is_icmp(tuple.protocol);
    const auto low = static_cast<std::uint8_t>(tuple.destination_port & 0xFFU);
    const auto high = static_cast<std::uint8_t>(tuple.destination_port >> 8U);
    return {.source = tuple.source,
            .destination = tuple.destination,
            .protocol = tuple.protocol,
            .source_port = ports.source,
            .destination_port = icmp ? model::PortRange{} : ports.destination,
            .flags = icmp ? icmp_word(tuple.protocol, high, low) : std::string()};
}

} // namespace

bool is_neighbour_search(const Seen& seen)
{
    return seen.protocol == 0;
}

bool is_syn_ack(const Seen& seen)
{
    return seen.protocol == kTcp && seen.flags == (kSyn | kAck);
}

bool is_redirect(const Seen& seen)
{
    return (seen.protocol == kIcmp && seen.flags == net::kIcmpRedirect) ||
           (seen.protocol == kIcmpv6 && seen.flags == net::kNdiscRedirect);
}

bool is_refusal(const Seen& seen)
{
    constexpr std::uint8_t kUnreachable = 3;     // ICMP_DEST_UNREACH
    constexpr std::uint8_t kUnreachableIpv6 = 1; // ICMPV6_DEST_UNREACH
    switch (seen.protocol) {
    case kTcp:
        return (seen.flags & kRst) != 0;
    case kIcmp:
        return seen.flags == kUnreachable;
    case kIcmpv6:
        return seen.flags == kUnreachableIpv6;
    default:
        return false;
    }
}

std::string summary(const Record::Packet& packet)
{
    const Seen& seen = packet.seen;
    switch (seen.protocol) {
    case 0: {
        const std::string_view protocol = seen.source.family() == net::Family::ipv4 ? "ARP" : "NDP";
        return seen.flags != 0 ? fmt::format("{} {} is-at {}", protocol, seen.source.to_string(),
                                             packet.sender.to_string())
                               : fmt::format("{} who-has {} tell {}", protocol,
                                             seen.destination.to_string(), seen.source.to_string());
    }
    case kIcmp:
    case kIcmpv6:
        return fmt::format("ICMP {} {} > {}", flags_of(seen), seen.source.to_string(),
                           seen.destination.to_string());
    default:
        break;
    }
    const std::string what =
        seen.protocol == kTcp ? segment_word(seen.flags, packet.payload) : std::string("UDP");
    return fmt::format("{} {} > {}", what, model::endpoint_text(seen.source, seen.source_port),
                       model::endpoint_text(seen.destination, seen.destination_port));
}

model::Because in_words(const Reason& reason)
{
    struct Convert {
        model::Because operator()(const ByKernel& by) const
        {
            return model::ByKernel{.function = std::string(by.function),
                                   .text = by.text.to_string()};
        }
        model::Because operator()(const ByRule& by) const { return in_words(*by.rule); }
        model::Because operator()(const BySysctl& by) const
        {
            const std::string aside = by.aside.to_string();
            return model::BySysctl{
                .name = by.setting.name(),
                .value = fmt::format("{}{}{}", by.setting.value, aside.empty() ? "" : " ", aside)};
        }
        model::Because operator()(const ByEntry& by) const
        {
            return model::ByEntry{.table = by.table, .text = by.text.to_string()};
        }
    };
    return std::visit(Convert{}, reason);
}

std::vector<model::TracedPacket> packets_in_words(const Record& record)
{
    std::vector<model::TracedPacket> packets;
    packets.reserve(record.packets.size());
    for (const Record::Packet& packet : record.packets)
        packets.push_back({.number = static_cast<unsigned>(packets.size() + 1),
                           .summary = summary(packet),
                           .sent = in_words(packet.seen),
                           .payload = packet.payload,
                           .answers = packet.answers});
    std::vector<std::size_t> steps(packets.size());
    for (const Record::Step& step : record.steps)
        ++steps[step.packet - 1];
    for (std::size_t i = 0; i < packets.size(); ++i)
        packets[i].steps.reserve(steps[i]);
    for (const Record::Step& step : record.steps)
        packets[step.packet - 1].steps.push_back(in_words(step));
    for (const Record::Match& match : record.matches)
        packets[match.packet - 1].matches.push_back(in_words(match));
    return packets;
}

std::vector<model::TrackedConnection> conntrack_in_words(const Record& record)
{
    std::vector<model::TrackedConnection> connections;
    for (const auto& [netns, seen] : record.conntrack)
        connections.push_back(
            {.netns = netns->name(),
             .protocol = std::string(model::protocol_name(seen->entry.original.protocol)),
             .original = in_words(seen->entry.original, seen->original),
             .reply = in_words(seen->entry.reply, seen->reply),
             .text = describe(*seen)});
    return connections;
}

} // namespace onlan::simulate
