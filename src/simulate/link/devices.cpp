// Frames between devices: net/core/dev.c, drivers/net/veth.c, drivers/net/loopback.c,
// net/8021q/vlan_dev.c.

#include "simulate/link/devices.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "simulate/ip/ip.hpp"
#include "simulate/ip/mtu.hpp"
#include "simulate/ip/neighbours.hpp"
#include "simulate/link/bridge.hpp"
#include "simulate/link/macvlan.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

constexpr unsigned kMaxFrames = 4000; // more than any exchange needs: a loop
constexpr unsigned kVlanRoom = 4;     // VLAN_HLEN, __is_skb_forwardable()

void enqueue(Run& run, const Device& device, Packet&& packet)
{
    packet.device = &device;
    run.state.backlog.push_back(std::move(packet));
}

Reason by_link(const Device& device, std::string_view what)
{
    return ByEntry{.table = model::ByEntry::Table::link, .text = {"{} {}", device.name(), what}};
}

// skb_scrub_packet(): what does not survive a change of device pairs.
void scrub(Packet& packet, const Device& from, const Device& to)
{
    packet.ct = {};
    packet.bridge.reset();
    packet.destination.reset();
    packet.priority = 0;
    packet.local_out = false;
    packet.owner.reset();
    packet.tproxy.reset();
    if (from.netns != to.netns)
        packet.mark = 0;
}

// veth_xmit(), __dev_forward_skb()
void veth_transmit(Run& run, const Device& device, Packet&& packet)
{
    if (device.peer == nullptr) {
        run.assume(fmt::format("nothing answers behind {}: its other end is not in the snapshot",
                               device.name()));
        note(run, packet, {&device, Stage::veth}, Action::leave,
             [&] { return by_link(device, "has its other end outside the snapshot"); });
        return;
    }
    const Device& peer = *device.peer;
    if (!peer.link->up ||
        (peer.link->mtu != 0 && exceeds_frame(packet.ip, peer.link->mtu + kVlanRoom))) {
        note(run, packet, {&peer, Stage::veth}, Action::drop,
             [&] { return by_link(peer, peer.link->up ? "has a smaller mtu" : "is down"); });
        return;
    }
    scrub(packet, device, peer);
    packet.type = packet_type(packet.ethernet.destination, peer.mac);
    note(run, packet, {&peer, Stage::veth}, Action::cross, [&] {
        return ByKernel{
            .function = "skb_scrub_packet",
            .text = {"{} to {}: the packet loses its conntrack entry", device.name(), peer.name()}};
    });
    enqueue(run, peer, std::move(packet));
}

// A NIC or another device whose other end is outside. There is a switch, which knows who is plugged
// in where; what is for nobody of them, all of them hear.
void wire_transmit(Run& run, const Device& device, const Packet& packet)
{
    if (!device.link->carrier) { // dev_deactivate(): noop_enqueue()
        note(run, packet, {&device, Stage::transmit}, Action::drop,
             [&] { return by_link(device, "has no carrier"); });
        return;
    }
    note(run, packet, {&device, Stage::wire}, Action::leave,
         [&] { return by_link(device, "sends it"); });
    const auto known = std::ranges::find(device.wire, packet.ethernet.destination,
                                         [](const Device* other) { return other->mac; });
    const std::span<const Device* const> hearing = known == device.wire.end() || !device.link->arp
                                                       ? std::span<const Device* const>(device.wire)
                                                       : std::span<const Device* const>(&*known, 1);
    for (const Device* other : hearing) {
        Packet copy = packet;
        scrub(copy, device, *other);
        copy.mark = 0;
        copy.type = packet_type(copy.ethernet.destination, other->mac);
        enqueue(run, *other, std::move(copy));
    }
}

void loopback_transmit(Run& run, const Device& device, Packet&& packet)
{
    // loopback_xmit() keeps the routing decision and the conntrack reference.
    packet.type = rules::PacketType::host;
    packet.local_out = false;
    packet.owner.reset();
    enqueue(run, device, std::move(packet));
}

// vlan_do_receive(): a tagged frame belongs to the VLAN device, if there is one.
const Device* vlan_device(const Device& device, std::uint16_t vlan)
{
    const auto found = std::ranges::find_if(device.uppers, [vlan](const Device* upper) {
        return upper->link->vlan == vlan && upper->link->up;
    });
    return found == device.uppers.end() ? nullptr : *found;
}

// The netdev family's ingress chains of a device.
bool pass_ingress(Run& run, const Device& device, Packet& packet)
{
    return pass_hook(run, packet,
                     {.family = rules::HookFamily::netdev,
                      .hook = rules::Hook::ingress,
                      .in = &device,
                      .at = &device});
}

// nf_hook_egress()
bool pass_egress(Run& run, const Device& device, Packet& packet)
{
    return pass_hook(run, packet,
                     {.family = rules::HookFamily::netdev,
                      .hook = rules::Hook::egress,
                      .out = &device,
                      .at = &device});
}

} // namespace

rules::PacketType packet_type(const net::MacAddress& destination, const net::MacAddress& own)
{
    if ((destination.bytes[0] & 1U) != 0)
        return std::ranges::all_of(destination.bytes, [](auto byte) { return byte == 0xFF; })
                   ? rules::PacketType::broadcast
                   : rules::PacketType::multicast;
    return destination == own ? rules::PacketType::host : rules::PacketType::otherhost;
}

void transmit(Run& run, const Device& device, Packet&& packet)
{
    if (!device.link->up) {
        note(run, packet, {&device, Stage::transmit}, Action::drop,
             [&] { return by_link(device, "is down"); });
        return;
    }
    packet.device = &device;
    if (!pass_egress(run, device, packet))
        return;
    const std::string& kind = device.link->kind;
    if (device.link->loopback)
        loopback_transmit(run, device, std::move(packet));
    else if (device.is_bridge())
        bridge_transmit(run, device, std::move(packet));
    else if (device.link->macvlan_mode && device.lower != nullptr)
        macvlan_transmit(run, device, std::move(packet));
    else if (device.link->vlan && device.lower != nullptr) {
        packet.ethernet.vlan = device.link->vlan;
        transmit(run, *device.lower, std::move(packet));
    } else if (kind == "veth" && device.wire.empty())
        veth_transmit(run, device, std::move(packet));
    else
        wire_transmit(run, device, packet);
}

void receive(Run& run, const Device& device, Packet&& packet)
{
    packet.device = &device;
    if (!pass_ingress(run, device, packet))
        return;
    if (packet.ethernet.vlan) {
        if (const Device* vlan = vlan_device(device, *packet.ethernet.vlan)) {
            packet.ethernet.vlan.reset();
            packet.type = packet_type(packet.ethernet.destination, vlan->mac);
            note(run, packet, {vlan, Stage::vlan}, Action::untag,
                 [&] { return by_link(*vlan, "removes the tag"); });
            receive(run, *vlan, std::move(packet));
            return;
        }
    }
    if (device.master != nullptr) {
        bridge_receive(run, device, std::move(packet));
        return;
    }
    if (macvlan_receive(run, device, packet) == Taken::yes)
        return;
    receive_up(run, device, std::move(packet));
}

void receive_up(Run& run, const Device& device, Packet&& packet)
{
    packet.device = &device;
    if (packet.ethernet.vlan && *packet.ethernet.vlan != 0)
        packet.type = rules::PacketType::otherhost;
    if (packet.is_arp())
        arp_receive(run, device, packet);
    else
        ip_receive(run, device, std::move(packet));
}

void drain(Run& run)
{
    while (!run.state.backlog.empty()) {
        Packet packet = std::move(run.state.backlog.front());
        run.state.backlog.pop_front();
        if (++run.state.frames > kMaxFrames) {
            run.loop = true;
            run.state.backlog.clear();
            return;
        }
        const Device& device = *packet.device;
        receive(run, device, std::move(packet));
    }
}

} // namespace onlan::simulate
