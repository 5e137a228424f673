// The IP layer: net/ipv4/ip_input.c, ip_forward.c, ip_output.c.

#include "simulate/ip/ip.hpp"

#include <algorithm>

#include "simulate/ends/local.hpp"
#include "simulate/ip/icmp.hpp"
#include "simulate/ip/mtu.hpp"
#include "simulate/ip/ndisc.hpp"
#include "simulate/ip/neighbours.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/link/devices.hpp"
#include "simulate/netfilter/br_netfilter.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::PacketType;

// Which error ip_error() answers with.
IcmpReason reason_of(RouteError error)
{
    switch (error) {
    case RouteError::host_unreachable:
        return IcmpReason::unreachable_route;
    case RouteError::prohibited:
        return IcmpReason::prohibited;
    default:
        return IcmpReason::no_route;
    }
}

// ip_error()
void answer_unroutable(Run& run, const Device& in, const Packet& packet)
{
    const Destination& destination = *packet.destination;
    const bool off = destination.error == RouteError::none; // what was found is not used
    const bool silent = off || destination.error == RouteError::invalid;
    note(run, packet, {&in, Stage::route}, silent ? Action::drop : Action::unreachable,
         [&]() -> Reason {
             if (off)
                 return BySysctl{.setting = in.settings.forwarding(packet.family())};
             return by_route(*in.netns, destination);
         });
    if (!silent)
        send_icmp_error(run, in, packet, reason_of(destination.error));
}

// ip_finish_output() and the neighbour's output.
void finish_output(Run& run, Packet&& packet)
{
    const Destination destination = *packet.destination;
    if (destination.out->link->loopback) {
        transmit(run, *destination.out, std::move(packet));
        return;
    }
    fragment(packet.ip, forwarding_mtu(destination));
    const net::IpAddress next_hop = destination.gateway.value_or(packet.ip.destination);
    neighbour_output(run, *destination.out, next_hop, std::move(packet));
}

// ip_output(). False: it was dropped at once, which the program that sends it is told.
bool output(Run& run, const Device* in, Packet&& packet)
{
    const Device& out = *packet.destination->out;
    const HookCall call{.family = hook_family(packet),
                        .hook = Hook::postrouting,
                        .in = in,
                        .out = &out,
                        .at = &out};
    if (!pass_hook(run, packet, call))
        return false;
    finish_output(run, std::move(packet));
    return true;
}

void note_too_big(Run& run, const Packet& packet, std::uint32_t mtu)
{
    const Device& out = *packet.destination->out;
    note(run, packet, {&out, Stage::mtu}, Action::drop, [&] {
        return ByEntry{.table = model::ByEntry::Table::link,
                       .text = {"{} mtu {}", out.name(), mtu}};
    });
}

// ip_rt_send_redirect()
void redirect(Run& run, const Device& in, const Packet& packet)
{
    // The next one to the same host comes no earlier than 40 ms later (ip_rt_redirect_load).
    const NeighbourKey told{.device = &in, .address = packet.ip.source};
    if (std::ranges::find(run.state.redirected, told) != run.state.redirected.end())
        return;
    run.state.redirected.push_back(told);
    send_icmp_error(run, in, packet, IcmpReason::shorter_way);
}

// ip_forward()
void forward(Run& run, const Device& in, Packet&& packet)
{
    const Device& out = *packet.destination->out;
    if (packet.type != PacketType::host) {
        note(run, packet, {&in, Stage::ip_forward}, Action::drop, [] {
            return ByKernel{.function = "ip_forward",
                            .text = "the frame was not addressed to this device"};
        });
        return;
    }
    if (packet.ip.ttl <= 1) {
        note(run, packet, {&in, Stage::ttl}, Action::drop, [] {
            return ByKernel{.function = "ip_forward", .text = "the time to live has expired"};
        });
        send_icmp_error(run, in, packet, IcmpReason::hops_over);
        return;
    }
    if (const std::uint32_t mtu = forwarding_mtu(*packet.destination);
        exceeds_mtu(packet.ip, mtu)) {
        note_too_big(run, packet, mtu);
        send_icmp_error(run, in, packet, too_big(packet.family(), mtu));
        return;
    }
    --packet.ip.ttl;
    if (packet.destination->redirect)
        redirect(run, in, packet);
    if (pass_hook(run, packet,
                  {.family = hook_family(packet),
                   .hook = Hook::forward,
                   .in = &in,
                   .out = &out,
                   .at = &in}))
        (void)output(run, &in, std::move(packet));
}

// ip_local_deliver()
void local_in(Run& run, const Device& in, Packet packet)
{
    if (pass_hook(run, packet,
                  {.family = hook_family(packet), .hook = Hook::input, .in = &in, .at = &in}))
        deliver_locally(run, in, packet);
}

// ip_rcv_finish()
void receive_finish(Run& run, const Device& in, Packet&& packet)
{
    if (!packet.destination) {
        RouteInput input = route_input(run, in, flow_key(packet));
        if (!input.destination) {
            note(run, packet, {&in, input.stage}, Action::drop, [&] { return input.because; });
            return;
        }
        packet.destination = std::move(input.destination);
        note(run, packet, {&in, Stage::route},
             packet.destination->input == Destination::Input::forward ? Action::forward
                                                                      : Action::local,
             [&] { return by_route(*in.netns, *packet.destination); });
    }
    switch (packet.destination->input) {
    case Destination::Input::local:
        local_in(run, in, std::move(packet));
        break;
    case Destination::Input::forward:
        forward(run, in, std::move(packet));
        break;
    case Destination::Input::error:
        answer_unroutable(run, in, packet);
        break;
    }
}

void note_unrouted(Run& run,
                   const Namespace& netns,
                   const Packet& packet,
                   const RouteOutput& routed,
                   std::string_view function)
{
    const bool refused = routed.refused_by.has_value();
    note(run, packet, {netns, refused ? Stage::route_localnet : Stage::route}, Action::drop,
         [&]() -> Reason {
             if (refused)
                 return BySysctl{.setting = *routed.refused_by};
             return ByKernel{.function = function, .text = describe(routed.error)};
         });
}

} // namespace

void ip_receive(Run& run, const Device& device, Packet&& packet)
{
    if (packet.type == PacketType::otherhost) {
        note(run, packet, {&device, Stage::ip}, Action::drop, [&] {
            return ByKernel{.function = "ip_rcv_core",
                            .text = {"the frame is for {}, not for {}", packet.ethernet.destination,
                                     device.name()}};
        });
        return;
    }
    // ip_rcv_core() clears its control block, where a bridge's routing decision has noted it, and
    // drops the socket that a rule on the bridge has named.
    if (packet.destination)
        packet.destination->redirect = false;
    if (packet.tproxy) {
        note(run, packet, {&device, Stage::ip}, Action::orphan,
             [&] { return by_call(device, packet.family()); });
        packet.tproxy.reset();
    }
    // ip_sabotage_in(): what came in through a bridge has passed PREROUTING already.
    BridgeInfo* info = packet.bridge ? &*packet.bridge : nullptr;
    if (info != nullptr && !info->sabotage_in_done && !info->in_prerouting) {
        info->sabotage_in_done = true;
    } else if (!pass_hook(run, packet,
                          {.family = hook_family(packet),
                           .hook = Hook::prerouting,
                           .in = &device,
                           .at = &device})) {
        return;
    }
    if (packet.arp)
        neighbour_discovery_receive(run, device, packet);
    else
        receive_finish(run, device, std::move(packet));
}

SocketError ip_send(Run& run, const Namespace& netns, Packet packet, unsigned answers)
{
    packet.local_out = true;
    if (!packet.destination) {
        const RouteOutput routed = route_own_output(run, netns, flow_key(packet));
        begin_packet(run, packet, answers);
        if (!routed.destination) {
            note_unrouted(run, netns, packet, routed, "ip_route_output_flow");
            return error_of(routed.error);
        }
        packet.destination = routed.destination;
    } else {
        begin_packet(run, packet, answers);
    }
    const Device& out = *packet.destination->out;
    packet.device = &out;
    note(run, packet, {&out, Stage::route}, Action::output,
         [&] { return by_route(netns, *packet.destination); });
    const bool sent =
        pass_hook(run, packet,
                  {.family = hook_family(packet), .hook = Hook::output, .out = &out, .at = &out}) &&
        output(run, nullptr, std::move(packet));
    return sent ? SocketError::none : SocketError::not_permitted;
}

bool reroute_output(Run& run, const Namespace& netns, Packet& packet)
{
    const RouteOutput routed = route_output(run, netns, flow_key(packet));
    if (!routed.destination) {
        note_unrouted(run, netns, packet, routed, "ip_route_me_harder");
        return false;
    }
    packet.destination = routed.destination;
    note(run, packet, {packet.destination->out, Stage::route}, Action::reroute,
         [&] { return by_route(netns, *packet.destination); });
    return true;
}

} // namespace onlan::simulate
