#include "simulate/run.hpp"

#include <algorithm>

namespace onlan::simulate {
namespace {

model::PortRange port_of(const Run& run, const Ip& ip, std::uint16_t port)
{
    const auto found = std::ranges::find_if(run.state.random_ports, [&](const RandomPort& random) {
        return random.protocol == ip.protocol && random.stands_in == port;
    });
    return found == run.state.random_ports.end() ? model::PortRange{port, port} : found->range;
}

} // namespace

void Run::assume(const std::string& what)
{
    if (std::ranges::find(assumptions, what) == assumptions.end())
        assumptions.push_back(what);
}

void begin_packet(Run& run, Packet& packet, unsigned answers)
{
    packet.number = ++run.last_number;
    if (run.recording == Recording::on)
        run.packets.push_back({.number = packet.number,
                               .summary = summary_of(packet, header_of(run, packet)),
                               .answers = answers});
}

model::Header header_of(const Run& run, const Packet& packet)
{
    if (packet.arp)
        return {.source = packet.arp->sender,
                .destination = packet.arp->target,
                .flags = packet.arp->reply ? "is-at" : "who-has"};
    const Ip& ip = packet.ip;
    model::Header header{.source = ip.source,
                         .destination = ip.destination,
                         .protocol = ip.protocol,
                         .ct = std::string(ct_word(packet.ct)),
                         .mark = packet.mark};
    if (ip.icmp()) {
        header.flags = icmp_word(ip);
        header.source_port = port_of(run, ip, ip.source_port);
        return header;
    }
    header.source_port = port_of(run, ip, ip.source_port);
    header.destination_port = port_of(run, ip, ip.destination_port);
    if (ip.protocol == kTcp)
        header.flags = tcp_flag_letters(ip.tcp_flags);
    return header;
}

void record(Run& run, const Packet& packet, const Place& place, model::Step step)
{
    if (packet.number == 0 || packet.number > run.packets.size())
        return;
    step.netns = place.netns->name();
    if (place.device != nullptr)
        step.device = place.device->name();
    step.stage = place.stage;
    step.packet = header_of(run, packet);
    run.packets[packet.number - 1].steps.push_back(std::move(step));
}

} // namespace onlan::simulate
