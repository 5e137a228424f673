#include "simulate/run/run.hpp"

#include <algorithm>

namespace onlan::simulate {

model::PortRange port_of(const Run& run, std::uint8_t protocol, std::uint16_t port)
{
    const auto found = std::ranges::find_if(run.state.random_ports, [&](const RandomPort& random) {
        return random.protocol == protocol && random.stands_in == port;
    });
    return found == run.state.random_ports.end() ? model::PortRange{port, port} : found->range;
}

namespace {

EntrySeen::Ports ports_of(const Run& run, const model::Tuple& tuple)
{
    return {.source = port_of(run, tuple.protocol, tuple.source_port),
            .destination = port_of(run, tuple.protocol, tuple.destination_port)};
}

} // namespace

void Run::assume(const std::string& what)
{
    if (std::ranges::find(assumptions, what) == assumptions.end())
        assumptions.push_back(what);
}

const EntrySeen* Run::keep(const model::Conntrack& entry)
{
    return &record.entries.emplace_back(EntrySeen{.entry = entry,
                                                  .original = ports_of(*this, entry.original),
                                                  .reply = ports_of(*this, entry.reply)});
}

void begin_packet(Run& run, Packet& packet, unsigned answers)
{
    packet.number = ++run.last_number;
    if (run.recording == Recording::on)
        run.record.packets.push_back(
            {.seen = seen(run, packet),
             .payload = packet.ip.payload,
             .sender = packet.arp ? packet.arp->sender_mac : net::MacAddress{},
             .answers = answers});
}

Seen seen(const Run& run, const Packet& packet)
{
    if (packet.arp)
        return {.source = packet.arp->sender,
                .destination = packet.arp->target,
                .flags = packet.arp->reply ? std::uint8_t{1} : std::uint8_t{0}};
    const Ip& ip = packet.ip;
    return {.source = ip.source,
            .destination = ip.destination,
            .protocol = ip.protocol,
            .flags = ip.icmp() ? ip.icmp_type : ip.tcp_flags,
            .code = ip.icmp_code,
            .source_port = port_of(run, ip.protocol, ip.source_port),
            .destination_port =
                ip.icmp() ? model::PortRange{} : port_of(run, ip.protocol, ip.destination_port),
            .ct = ct_word(packet.ct),
            .mark = packet.mark};
}

Record::Step*
record(Run& run, const Packet& packet, const Place& place, Action action, const Reason& because)
{
    if (packet.number == 0 || packet.number > run.record.packets.size())
        return nullptr;
    return &run.record.steps.emplace_back(
        Record::Step{.packet = packet.number,
                     .matches = static_cast<unsigned>(run.record.matches.size()),
                     .netns = place.netns,
                     .device = place.device,
                     .out = place.out,
                     .stage = place.stage,
                     .action = action,
                     .because = because,
                     .seen = seen(run, packet)});
}

void record_matches(Run& run,
                    const Packet& packet,
                    const Place& place,
                    std::span<const rules::RuleRef* const> rules)
{
    if (run.recording == Recording::off || packet.number == 0)
        return;
    for (const rules::RuleRef* rule : rules)
        run.record.matches.push_back({.packet = packet.number,
                                      .netns = place.netns,
                                      .device = place.device,
                                      .stage = place.stage,
                                      .rule = rule});
}

} // namespace onlan::simulate
