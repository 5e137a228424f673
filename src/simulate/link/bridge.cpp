// The bridge: net/bridge/br_input.c, br_forward.c, br_fdb.c, br_device.c.

#include "simulate/link/bridge.hpp"

#include <algorithm>
#include <limits>

#include "simulate/ip/mtu.hpp"
#include "simulate/link/bridge_vlan.hpp"
#include "simulate/link/devices.hpp"
#include "simulate/netfilter/br_netfilter.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

using model::PortState;
using rules::Hook;
using rules::HookFamily;
using rules::PacketType;

constexpr int kFirst = std::numeric_limits<int>::min();
constexpr int kLast = std::numeric_limits<int>::max();

bool forwards(const Device& port)
{
    return port.link->up && port.master->link->up &&
           port.link->port->state == PortState::forwarding;
}

Reason by_port(const Device& port, std::string_view what)
{
    return ByEntry{.table = model::ByEntry::Table::link, .text = {"{} {}", port.name(), what}};
}

Reason by_fdb(Words text)
{
    return ByEntry{.table = model::ByEntry::Table::fdb, .text = text};
}

HookCall bridge_hook(Hook hook, const Device* in, const Device* out, const Device& at)
{
    return {.family = HookFamily::bridge, .hook = hook, .in = in, .out = out, .at = &at};
}

std::uint16_t fdb_vlan(const Device& bridge, const Packet& packet)
{
    return bridge.link->bridge->vlan_filtering ? packet.ethernet.vlan.value_or(0)
                                               : std::uint16_t{0};
}

// br_fdb_find(). What this run has learned is looked at first.
std::optional<FdbTarget>
find_fdb(const Run& run, const Device& bridge, const Packet& packet, const net::MacAddress& mac)
{
    const FdbKey key{.bridge = &bridge, .mac = mac, .vlan = fdb_vlan(bridge, packet)};
    for (const auto& [learned, target] : run.state.fdb) {
        if (learned == key)
            return target;
    }
    const auto& stored = bridge.netns->fdb;
    if (const auto found = stored.find(key); found != stored.end())
        return found->second;
    // A port's own address is in every VLAN of that port.
    const auto own = stored.find({.bridge = &bridge, .mac = mac});
    return own != stored.end() && own->second.local ? std::optional(own->second) : std::nullopt;
}

// br_fdb_update()
void learn(Run& run, const Device& port, const Packet& packet)
{
    const Device& bridge = *port.master;
    const auto known = find_fdb(run, bridge, packet, packet.ethernet.source);
    if (known && (known->local || known->port == &port))
        return;
    const FdbKey key{
        .bridge = &bridge, .mac = packet.ethernet.source, .vlan = fdb_vlan(bridge, packet)};
    const auto own = std::ranges::find(run.state.fdb, key, &std::pair<FdbKey, FdbTarget>::first);
    if (own == run.state.fdb.end())
        run.state.fdb.emplace_back(key, FdbTarget{.port = &port});
    else
        own->second = {.port = &port};
}

// should_deliver(). Null: yes; otherwise why not.
const char* refuses(const Device& port, const Device* from, const Packet& packet)
{
    if (from == &port && !port.link->port->hairpin)
        return "is the port that it came in through, and hairpin is off";
    if (!forwards(port))
        return "is not in state forwarding";
    if (!vlan_leaves(*port.master, port, packet))
        return "is not in the VLAN of the frame";
    if (from != nullptr && from->link->port->isolated && port.link->port->isolated)
        return "is isolated, as is the port that it came in through";
    return nullptr;
}

// br_dev_queue_push_xmit(), or br_nf_dev_queue_xmit() for what br_netfilter has seen.
void push(Run& run, const Device& port, Packet&& packet)
{
    constexpr unsigned kVlanRoom = 4;
    const bool seen = packet.bridge && packet.bridge->physical_out != nullptr;
    const unsigned room = port.link->mtu + (seen ? 0 : kVlanRoom);
    const bool fragments = seen && !packet.ip.dont_fragment;
    if (port.link->mtu != 0 && exceeds_frame(packet.ip, room) && !fragments) {
        note(run, packet, {&port, Stage::bridge_mtu}, Action::drop, [&] {
            return ByEntry{
                .table = model::ByEntry::Table::link,
                .text = {"{} has mtu {}; a bridge tells no one", port.name(), port.link->mtu}};
        });
        return;
    }
    transmit(run, port, std::move(packet));
}

enum class Origin : std::uint8_t { forwarded, local };

// __br_forward(): the hooks between the decision and the port.
void forward_to(Run& run, const Device* in, const Device& out, Packet packet, Origin origin)
{
    vlan_untag(*out.master, out, packet);
    const Hook hook = origin == Origin::local ? Hook::output : Hook::forward;
    // br_netfilter's own entry was there before any chain: chains of the same priority run before
    // it. When it has handled a packet, what is left up to priority 0 is skipped
    // (br_nf_hook_thresh()).
    const bool handled = origin == Origin::forwarded && packet.bridge;
    const int own = handled ? run.world.kernel().bridge_forward_priority : 0;
    if (!pass_hook(run, packet, bridge_hook(hook, in, &out, out), {.first = kFirst, .last = own}))
        return;
    if (origin == Origin::forwarded && !bridge_nf_forward(run, *in, out, packet))
        return;
    if (!pass_hook(run, packet, bridge_hook(hook, in, &out, out), {.first = 1, .last = kLast}) ||
        !pass_hook(run, packet, bridge_hook(Hook::postrouting, nullptr, &out, out)) ||
        !bridge_nf_postrouting(run, out, packet))
        return;
    push(run, out, std::move(packet));
}

bool floods(const Device& port, PacketType type, Origin origin)
{
    const model::BridgePort& flags = *port.link->port;
    if (flags.proxy_arp)
        return false;
    switch (type) {
    case PacketType::host:
    case PacketType::otherhost:
        return flags.flood;
    case PacketType::multicast:
        return flags.mcast_flood || origin == Origin::local;
    case PacketType::broadcast:
        return flags.bcast_flood || origin == Origin::local;
    }
    return true;
}

// br_flood()
void flood(
    Run& run, const Device& bridge, const Device* from, const Packet& packet, PacketType type)
{
    const Origin origin = from == nullptr ? Origin::local : Origin::forwarded;
    for (const Device* port : bridge.ports) {
        if (refuses(*port, from, packet) == nullptr && floods(*port, type, origin))
            forward_to(run, from, *port, packet, origin);
    }
}

// br_pass_frame_up()
void pass_up(Run& run, const Device& port, Packet&& packet)
{
    const Device& bridge = *port.master;
    if (!vlan_leaves(bridge, bridge, packet)) {
        note(run, packet, {&bridge, Stage::bridge_port}, Action::drop,
             [&] { return by_port(bridge, "is itself not in the VLAN of the frame"); });
        return;
    }
    vlan_untag(bridge, bridge, packet);
    if (!pass_hook(run, packet, bridge_hook(Hook::input, &port, nullptr, port)))
        return;
    bridge_nf_local_in(run, packet);
    note(run, packet, {&bridge, Stage::bridge_local}, Action::pass_up, [&] {
        return ByKernel{.function = "br_pass_frame_up",
                        .text = {"the frame is for {} itself", bridge.name()}};
    });
    receive(run, bridge, std::move(packet));
}

PacketType group_type(const net::MacAddress& mac)
{
    return packet_type(mac, mac);
}

bool all_zero(const net::MacAddress& mac)
{
    return mac == net::MacAddress{};
}

Words describe(const Device& bridge, const net::MacAddress& mac, const FdbTarget& target)
{
    const Device& at = target.port == nullptr ? bridge : *target.port;
    return {"{} dev {} master {}{}", mac, at.name(), bridge.name(),
            target.local ? " permanent" : ""};
}

// br_forward(): another port may stand in for one that has lost its carrier.
const Device* backed_up(const Device* port)
{
    const int backup = port->link->port->backup_port;
    if (backup == 0 || (port->link->carrier && port->link->up))
        return port;
    const auto found = port->netns->by_index.find(backup);
    const bool usable =
        found != port->netns->by_index.end() && found->second->master == port->master;
    return usable ? found->second : port;
}

// The unicast half of br_handle_frame_finish().
void forward_unicast(Run& run, const Device& port, Packet packet)
{
    const Device& bridge = *port.master;
    const net::MacAddress& mac = packet.ethernet.destination;
    const auto target = find_fdb(run, bridge, packet, mac);
    if (!target) {
        note(run, packet, {&bridge, Stage::fdb}, Action::flood,
             [&] { return by_fdb({"{} has no entry for {}", bridge.name(), mac}); });
        flood(run, bridge, &port, packet, PacketType::host);
        return;
    }
    const auto why = [&] { return by_fdb(describe(bridge, mac, *target)); };
    if (target->local) {
        pass_up(run, port, std::move(packet));
        return;
    }
    const Device& out = *backed_up(target->port);
    if (const char* refused = refuses(out, &port, packet)) {
        note(run, packet, {&out, Stage::bridge_port}, Action::drop,
             [&] { return by_port(out, refused); });
        return;
    }
    note(run, packet, {&out, Stage::fdb}, Action::forward, why);
    forward_to(run, &port, out, std::move(packet), Origin::forwarded);
}

// Frames to 01:80:c2:00:00:0X, which bridges keep among themselves unless they are told otherwise.
// Taken: the frame went up on the port, or ended.
Taken receive_link_local(Run& run, const Device& port, const Packet& packet)
{
    const auto& mac = packet.ethernet.destination.bytes;
    if (mac[0] != 0x01 || mac[1] != 0x80 || mac[2] != 0xC2 || mac[3] != 0 || mac[4] != 0 ||
        mac[5] > 0x0F)
        return Taken::no;
    constexpr unsigned kStp = 0x00;
    constexpr unsigned kPause = 0x01;
    constexpr unsigned kLldp = 0x0E;
    const model::Bridge& bridge = *port.master->link->bridge;
    const unsigned number = mac[5];
    const unsigned of_bridge = number == kStp ? 0U : bridge.group_fwd_mask;
    const bool asked = (((of_bridge | port.link->port->group_fwd_mask) >> number) & 1U) != 0;
    if (number != kPause && (asked || (number == kStp && !bridge.stp)))
        return Taken::no;
    const bool up = number != kPause;
    note(run, packet, {&port, Stage::bridge_port}, up ? Action::pass_up : Action::drop, [] {
        return ByKernel{.function = "br_handle_frame",
                        .text = "a frame to this group address stays on its link"};
    });
    Packet kept = packet;
    const bool hooked = number != kStp && number != kLldp;
    if (up && (!hooked || pass_hook(run, kept, bridge_hook(Hook::input, &port, nullptr, port))))
        receive_up(run, port, std::move(kept));
    return Taken::yes;
}

// nf_hook_bridge_pre(): a rule of broute has taken the frame off the bridge; the port receives it
// as if there were none.
void leave_bridge(Run& run, const Device& port, Packet&& packet)
{
    packet.broute = false;
    packet.type = packet_type(packet.ethernet.destination, port.mac);
    note(run, packet, {&port, Stage::bridge_prerouting}, Action::broute,
         [] { return ByKernel{.function = "nf_hook_bridge_pre", .text = "a rule routes it"}; });
    receive_up(run, port, std::move(packet));
}

} // namespace

void bridge_receive(Run& run, const Device& port, Packet&& packet)
{
    const Device& bridge = *port.master;
    const PortState state = port.link->port->state;
    const bool open = bridge.link->up && port.link->up &&
                      (state == PortState::forwarding || state == PortState::learning);
    const bool bad_source =
        (packet.ethernet.source.bytes[0] & 1U) != 0 || all_zero(packet.ethernet.source);
    if (bad_source || !open) {
        note(run, packet, {&port, Stage::bridge_port}, Action::drop, [&] {
            return by_port(port, bad_source ? "received a frame whose source address is not valid"
                                 : bridge.link->up ? "is not in state forwarding"
                                                   : "belongs to a bridge that is down");
        });
        return;
    }
    if (receive_link_local(run, port, packet) == Taken::yes)
        return;
    if (packet.ethernet.destination == bridge.mac)
        packet.type = PacketType::host;
    const HookCall call = bridge_hook(Hook::prerouting, &port, nullptr, port);
    if (!pass_hook(run, packet, call, {.first = kFirst, .last = 0}))
        return;
    if (!packet.broute && (!bridge_nf_prerouting(run, port, packet) ||
                           !pass_hook(run, packet, call, {.first = 1, .last = kLast})))
        return;
    if (packet.broute)
        leave_bridge(run, port, std::move(packet));
    else if (packet.bridge && packet.bridge->bridged_dnat)
        bridge_nf_redirect(run, port, std::move(packet));
    else
        bridge_decide(run, port, std::move(packet));
}

void bridge_decide(Run& run, const Device& port, Packet&& packet)
{
    const Device& bridge = *port.master;
    const model::BridgePort& flags = *port.link->port;
    if (!vlan_enters(bridge, port, packet)) {
        note(run, packet, {&port, Stage::bridge_port}, Action::drop,
             [&] { return by_port(port, "does not take frames of this VLAN"); });
        return;
    }
    if (flags.locked) {
        const auto known = find_fdb(run, bridge, packet, packet.ethernet.source);
        if (!known || known->local || known->port != &port) {
            note(run, packet, {&port, Stage::bridge_port}, Action::drop,
                 [&] { return by_port(port, "is locked, and does not know the source address"); });
            return;
        }
    }
    if (flags.learning)
        learn(run, port, packet);
    if (flags.state == PortState::learning) {
        note(run, packet, {&port, Stage::bridge_port}, Action::drop,
             [&] { return by_port(port, "is in state learning"); });
        return;
    }
    const PacketType type = group_type(packet.ethernet.destination);
    if (type != PacketType::broadcast && type != PacketType::multicast) {
        forward_unicast(run, port, std::move(packet));
        return;
    }
    note(run, packet, {&bridge, Stage::fdb}, Action::flood, [&] {
        return ByKernel{.function = "br_flood", .text = "to every port, and to the bridge itself"};
    });
    flood(run, bridge, &port, packet, type);
    pass_up(run, port, std::move(packet));
}

void bridge_transmit(Run& run, const Device& bridge, Packet&& packet)
{
    if (packet.bridge && packet.bridge->bridged_dnat) {
        // br_nf_pre_routing_finish_bridge_slow(): the neighbour is known now, bridging goes on
        // with the sender's own address.
        const Device& port = *packet.bridge->physical_in;
        packet.ethernet.source = packet.bridge->source_mac;
        packet.bridge->bridged_dnat = false;
        packet.bridge->physical_out = nullptr;
        bridge_decide(run, port, std::move(packet));
        return;
    }
    if (!vlan_enters(bridge, bridge, packet)) {
        note(run, packet, {&bridge, Stage::bridge_port}, Action::drop,
             [&] { return by_port(bridge, "has no VLAN for untagged frames"); });
        return;
    }
    const PacketType type = group_type(packet.ethernet.destination);
    if (type == PacketType::broadcast || type == PacketType::multicast) {
        flood(run, bridge, nullptr, packet, type);
        return;
    }
    const net::MacAddress mac = packet.ethernet.destination;
    const auto target = find_fdb(run, bridge, packet, mac);
    if (!target) {
        flood(run, bridge, nullptr, packet, PacketType::host);
        return;
    }
    const auto why = [&] { return by_fdb(describe(bridge, mac, *target)); };
    if (target->port == nullptr || refuses(*target->port, nullptr, packet) != nullptr) {
        note(run, packet, {&bridge, Stage::fdb}, Action::drop, why);
        return;
    }
    note(run, packet, {target->port, Stage::fdb}, Action::forward, why);
    forward_to(run, nullptr, *target->port, std::move(packet), Origin::local);
}

} // namespace onlan::simulate
