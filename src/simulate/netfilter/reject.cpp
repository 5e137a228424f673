// What REJECT sends back: net/ipv4/netfilter/nf_reject_ipv4.c.

#include "simulate/netfilter/reject.hpp"

#include "simulate/ip/icmp.hpp"
#include "simulate/ip/ip.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/link/devices.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {

// nf_send_reset()
void send_reject(Run& run, const Packet& packet, const HookCall& call, const rules::Reject& reject)
{
    if (reject.kind == rules::RejectKind::icmp) {
        send_icmp_error(run, *call.at, packet, {.type = reject.type, .code = reject.code});
        return;
    }
    if (packet.ip.protocol != kTcp || (packet.ip.tcp_flags & kRst) != 0)
        return;
    Packet reset{.ip = reset_to(packet.ip)};
    if (packet.bridge && packet.bridge->physical_in != nullptr) {
        // Straight out of the port that the packet came in by, past routing and past NAT: of a
        // packet whose destination was translated the client sees an address it does not know.
        const Device& port = *packet.bridge->physical_in;
        reset.ethernet = {.source = packet.ethernet.destination,
                          .destination = packet.ethernet.source,
                          .type = packet.ethernet.type};
        reset.device = &port;
        begin_packet(run, reset, packet.number);
        note(run, reset, {&port, Stage::reject}, Action::transmit, [] {
            return ByKernel{.function = "nf_send_reset",
                            .text = "sent through the bridge port, without routing or NAT"};
        });
        transmit(run, port, std::move(reset));
        return;
    }
    reset.ct = related_to(packet.ct);
    // ip_route_me_harder(): from whatever source.
    reset.destination = route_output(run, call.netns(), flow_key(reset)).destination;
    (void)ip_send(run, call.netns(), std::move(reset), packet.number);
}

} // namespace onlan::simulate
