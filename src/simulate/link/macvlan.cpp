// macvlan: drivers/net/macvlan.c.

#include "simulate/link/macvlan.hpp"

#include <algorithm>

#include "simulate/link/devices.hpp"

namespace onlan::simulate {
namespace {

using model::MacvlanMode;

bool is_macvlan(const Device* device)
{
    return device->link->macvlan_mode.has_value() && device->link->up;
}

// A frame handed from one device to another of the same lower device.
void hand_over(Run& run, const Device& from, const Device& to, Packet packet)
{
    if (from.netns != to.netns) {
        packet.ct = {};
        packet.bridge.reset();
        packet.mark = 0;
    }
    packet.destination.reset();
    packet.local_out = false;
    packet.owner.reset();
    const rules::PacketType type = packet_type(packet.ethernet.destination, to.mac);
    packet.type = type == rules::PacketType::otherhost ? rules::PacketType::host : type;
    packet.device = &to;
    note(run, packet, {&to, Stage::macvlan}, Action::deliver, [&] {
        return ByEntry{.table = model::ByEntry::Table::link,
                       .text = {"{} is a macvlan on {}", to.name(), to.lower->name()}};
    });
    run.state.backlog.push_back(std::move(packet));
}

bool group_address(const net::MacAddress& mac)
{
    return (mac.bytes[0] & 1U) != 0;
}

// macvlan_multicast_rx(): which siblings of the sender hear what comes in from the wire.
bool hears(const Device& upper, const Device* sender)
{
    if (sender == nullptr)
        return true;
    const MacvlanMode theirs = *sender->link->macvlan_mode;
    const MacvlanMode own = *upper.link->macvlan_mode;
    if (&upper == sender)
        return false;
    // The frame came back from a switch that reflects: only vepa devices rely on that.
    return theirs == MacvlanMode::vepa && (own == MacvlanMode::vepa || own == MacvlanMode::bridge);
}

} // namespace

// macvlan_handle_frame()
Taken macvlan_receive(Run& run, const Device& lower, const Packet& packet)
{
    if (std::ranges::none_of(lower.uppers, is_macvlan))
        return Taken::no;
    const auto with_mac = [&](const net::MacAddress& mac) -> const Device* {
        const auto found = std::ranges::find_if(lower.uppers, [&](const Device* upper) {
            return is_macvlan(upper) && upper->mac == mac;
        });
        return found == lower.uppers.end() ? nullptr : *found;
    };
    if (group_address(packet.ethernet.destination)) {
        const Device* sender = with_mac(packet.ethernet.source);
        for (const Device* upper : lower.uppers) {
            if (is_macvlan(upper) && hears(*upper, sender))
                hand_over(run, lower, *upper, packet);
        }
        return Taken::no;
    }
    for (const Device* upper : lower.uppers) {
        if (is_macvlan(upper) && upper->link->macvlan_mode == MacvlanMode::passthru) {
            hand_over(run, lower, *upper, packet);
            return Taken::yes;
        }
    }
    const Device* target = with_mac(packet.ethernet.destination);
    if (target == nullptr)
        return Taken::no;
    hand_over(run, lower, *target, packet);
    return Taken::yes;
}

// macvlan_queue_xmit()
void macvlan_transmit(Run& run, const Device& device, Packet&& packet)
{
    if (*device.link->macvlan_mode == MacvlanMode::bridge) {
        const bool group = group_address(packet.ethernet.destination);
        for (const Device* sibling : device.lower->uppers) {
            if (sibling == &device || !is_macvlan(sibling) ||
                sibling->link->macvlan_mode != MacvlanMode::bridge)
                continue;
            if (!group && sibling->mac != packet.ethernet.destination)
                continue;
            hand_over(run, device, *sibling, packet);
            if (!group)
                return;
        }
    }
    // Out by the wire, and never up to the lower device itself: the host does not hear it.
    note(run, packet, {device.lower, Stage::macvlan}, Action::transmit, [&] {
        return ByEntry{.table = model::ByEntry::Table::link,
                       .text = {"{} is a macvlan on {}", device.name(), device.lower->name()}};
    });
    transmit(run, *device.lower, std::move(packet));
}

} // namespace onlan::simulate
