// The IP firewall on bridged frames: net/bridge/br_netfilter_hooks.c.

#include "simulate/netfilter/br_netfilter.hpp"

#include "simulate/ip/neighbours.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/link/bridge.hpp"
#include "simulate/netfilter/conntrack.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::PacketType;

// br_nf_pre_routing_finish() for a packet whose destination a rule has changed: the bridge asks for
// a route as if it had received the packet itself. False: the packet ends here.
bool reroute(Run& run, const Device& port, Packet& packet)
{
    const Device& bridge = *port.master;
    RouteInput input = route_input(run, bridge, flow_key(packet));
    if (!input.destination) {
        note(run, packet, {&bridge, input.stage}, Action::drop, [&] { return input.because; });
        return false;
    }
    const Destination& destination = *input.destination;
    const bool here =
        destination.input == Destination::Input::forward && destination.out == &bridge;
    packet.destination = destination;
    if (here) {
        packet.bridge->bridged_dnat = true;
        note(run, packet, {&bridge, Stage::br_netfilter}, Action::bridge,
             [&] { return by_route(*bridge.netns, destination); });
        return true;
    }
    packet.ethernet.destination = bridge.mac;
    packet.type = PacketType::host;
    note(run, packet, {&bridge, Stage::br_netfilter}, Action::divert,
         [&] { return by_route(*bridge.netns, destination); });
    return true;
}

} // namespace

Reason by_call(const Device& bridge, net::Family family)
{
    const auto& all = bridge.netns->settings.bridge;
    const Setting called = family == net::Family::ipv4 ? all["bridge-nf-call-iptables"]
                                                       : all["bridge-nf-call-ip6tables"];
    if (called.value != 0)
        return BySysctl{.setting = called};
    return ByEntry{.table = model::ByEntry::Table::link,
                   .text = {"{} hands its packets to the rules of IP", bridge.name()}};
}

bool calls_ip_hooks(const Device& bridge, const Packet& packet)
{
    const NetnsSettings& settings = bridge.netns->settings;
    if (!settings.br_netfilter || packet.is_arp() ||
        (packet.ethernet.vlan && settings.bridge["bridge-nf-filter-vlan-tagged"].value == 0))
        return false;
    const model::NfCall& own = bridge.link->bridge->nf_call;
    return packet.family() == net::Family::ipv4
               ? own.iptables || settings.bridge["bridge-nf-call-iptables"].value != 0
               : own.ip6tables || settings.bridge["bridge-nf-call-ip6tables"].value != 0;
}

bool bridge_nf_prerouting(Run& run, const Device& port, Packet& packet)
{
    const Device& bridge = *port.master;
    if (!calls_ip_hooks(bridge, packet))
        return true;
    packet.bridge = BridgeInfo{.physical_in = &port,
                               .otherhost = packet.type == PacketType::otherhost,
                               .in_prerouting = true,
                               .daddr = packet.ip.destination};
    packet.type = packet.type == PacketType::otherhost ? PacketType::host : packet.type;
    packet.device = &bridge;
    if (!pass_hook(run, packet,
                   {.family = hook_family(packet),
                    .hook = Hook::prerouting,
                    .in = &bridge,
                    .at = &bridge}))
        return false;
    packet.device = &port;
    packet.bridge->in_prerouting = false;
    if (packet.bridge->otherhost)
        packet.type = PacketType::otherhost;
    // Only the address counts: a new port alone changes nothing.
    if (packet.ip.destination == packet.bridge->daddr)
        return true;
    return reroute(run, port, packet);
}

bool bridge_nf_forward(Run& run, const Device& in, const Device& out, Packet& packet)
{
    const Device& bridge = *out.master;
    const NetnsSettings& settings = bridge.netns->settings;
    if (packet.is_arp()) {
        const bool called =
            settings.br_netfilter && (settings.bridge["bridge-nf-call-arptables"].value != 0 ||
                                      bridge.link->bridge->nf_call.arptables);
        return !called || pass_hook(run, packet,
                                    {.family = rules::HookFamily::arp,
                                     .hook = Hook::forward,
                                     .in = &in,
                                     .out = &out,
                                     .at = &out});
    }
    if (!packet.bridge)
        return true;
    packet.bridge->physical_out = &out;
    // To the IP hooks, and to what they send back, every frame is one for this host.
    const PacketType type = packet.type;
    if (type == PacketType::otherhost)
        packet.type = PacketType::host;
    if (!pass_hook(run, packet,
                   {.family = hook_family(packet),
                    .hook = Hook::forward,
                    .in = &bridge,
                    .out = &bridge,
                    .at = &bridge}))
        return false;
    packet.type = type;
    return true;
}

bool bridge_nf_postrouting(Run& run, const Device& out, Packet& packet)
{
    if (!packet.bridge || packet.bridge->physical_out == nullptr)
        return true;
    const Device& bridge = *out.master;
    if (packet.type == PacketType::otherhost)
        packet.type = PacketType::host;
    return pass_hook(run, packet,
                     {.family = hook_family(packet),
                      .hook = Hook::postrouting,
                      .in = nullptr, // br_nf_post_routing() hands none on
                      .out = &bridge,
                      .at = &bridge});
}

void bridge_nf_local_in(Run& run, Packet& packet)
{
    // The clones of a flooded frame share one entry, so it is confirmed before they part.
    if (packet.bridge && packet.type != PacketType::host && packet.ct.connection != nullptr)
        (void)conntrack_confirm(
            run, packet, {.family = hook_family(packet), .hook = Hook::input, .at = packet.device});
}

void bridge_nf_redirect(Run& run, const Device& port, Packet&& packet)
{
    const Device& bridge = *port.master;
    const net::IpAddress next_hop = packet.destination->gateway.value_or(packet.ip.destination);
    packet.destination.reset();
    packet.bridge->source_mac = packet.ethernet.source;
    if (const auto mac = find_neighbour(run, {.device = &bridge, .address = next_hop})) {
        packet.ethernet.destination = *mac;
        packet.bridge->bridged_dnat = false;
        bridge_decide(run, port, std::move(packet));
        return;
    }
    // Not known yet: the bridge asks for it, and bridge_transmit() takes the packet back.
    neighbour_output(run, bridge, next_hop, std::move(packet));
}

} // namespace onlan::simulate
