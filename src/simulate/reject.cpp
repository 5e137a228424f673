// What REJECT sends back: net/ipv4/netfilter/nf_reject_ipv4.c.

#include "simulate/stages.hpp"

namespace onlan::simulate {
namespace {

Packet reset_for(const Packet& about)
{
    const Ip& ip = about.ip;
    Packet reset{.ip = {.source = ip.destination,
                        .destination = ip.source,
                        .protocol = kTcp,
                        .length = 40,
                        .source_port = ip.destination_port,
                        .destination_port = ip.source_port,
                        .tcp_flags = kRst}};
    if ((ip.tcp_flags & kAck) != 0) {
        reset.ip.sequence = ip.acknowledged;
    } else {
        reset.ip.tcp_flags |= kAck;
        reset.ip.acknowledged = ip.sequence + ip.payload + ((ip.tcp_flags & kSyn) != 0 ? 1U : 0U);
    }
    return reset;
}

} // namespace

// nf_send_reset()
void send_reject(Run& run, const Packet& packet, const HookCall& call, const rules::Reject& reject)
{
    const Namespace& netns = call.netns();
    if (reject.kind == rules::RejectKind::icmp) {
        send_icmp_error(run, *call.at, packet, {.type = reject.type, .code = reject.code});
        return;
    }
    if (packet.ip.protocol != kTcp || (packet.ip.tcp_flags & kRst) != 0)
        return;
    Packet reset = reset_for(packet);
    if (packet.bridge && packet.bridge->physical_in != nullptr) {
        // Straight out of the port that the packet came in by, past routing and past NAT: of a
        // packet whose destination was translated the client sees an address it does not know.
        const Device& port = *packet.bridge->physical_in;
        reset.ethernet = {.source = packet.ethernet.destination,
                          .destination = packet.ethernet.source,
                          .type = packet.ethernet.type};
        reset.device = &port;
        begin_packet(run, reset, packet.number);
        note(run, reset, {&port, "reject"}, "transmit", [] {
            return ByKernel{.function = "nf_send_reset",
                            .text = "out of the bridge port, past routing and NAT"};
        });
        transmit(run, port, std::move(reset));
        return;
    }
    if (packet.ct.connection != nullptr)
        reset.ct = {.state = rules::CtState::related,
                    .direction = packet.ct.direction == rules::CtDirection::original
                                     ? rules::CtDirection::reply
                                     : rules::CtDirection::original,
                    .connection = packet.ct.connection,
                    .seen = true,
                    .zone = packet.ct.zone};
    (void)ip_send(run, netns, std::move(reset), packet.number);
}

} // namespace onlan::simulate
