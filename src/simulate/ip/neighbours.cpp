// Neighbours and ARP: net/core/neighbour.c, net/ipv4/arp.c.

#include "simulate/ip/neighbours.hpp"

#include <algorithm>

#include "simulate/ip/icmp.hpp"
#include "simulate/ip/ndisc.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/link/devices.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::HookFamily;

constexpr net::MacAddress kBroadcast{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
constexpr net::MacAddress kMulticastBase{{0x01, 0x00, 0x5E, 0x00, 0x00, 0x01}};

std::uint16_t ether_type(net::Family family)
{
    return family == net::Family::ipv4 ? kEtherIpv4 : kEtherIpv6;
}

void send_to(Run& run, const Device& out, const net::MacAddress& mac, Packet&& packet)
{
    packet.ethernet.source = out.mac;
    packet.ethernet.destination = mac;
    packet.ethernet.type = ether_type(packet.family());
    packet.ethernet.vlan.reset();
    transmit(run, out, std::move(packet));
}

void send_arp(
    Run& run, const Device& out, const Arp& arp, const net::MacAddress& to, unsigned answers)
{
    Packet packet{.device = &out,
                  .ethernet = {.source = out.mac, .destination = to, .type = kEtherArp},
                  .arp = arp,
                  .local_out = true};
    begin_packet(run, packet, answers);
    if (pass_hook(run, packet,
                  {.family = HookFamily::arp, .hook = Hook::output, .out = &out, .at = &out}))
        transmit(run, out, std::move(packet));
}

// arp_solicit(): who asks. With arp_announce 0 the packet's own source, if it is ours.
net::IpAddress asker(const Device& out, const net::IpAddress& source, const net::IpAddress& target)
{
    if (out.netns->fib(source.family()).address_type(source) == RouteType::local)
        return source;
    return select_address(out, target).value_or(net::IpAddress::any(target.family()));
}

bool is_permanent(const NeighbourKey& key)
{
    constexpr unsigned kFixed = model::kNudNoarp | model::kNudPermanent;
    return std::ranges::any_of(
        key.device->netns->facts->neighbours, [&](const model::Neighbour& neighbour) {
            return neighbour.link == key.device->link->index && neighbour.address == key.address &&
                   (neighbour.state & kFixed) != 0;
        });
}

// neigh_event_ns(): who asks is where he says, wherever he was before.
void learn(Run& run, const NeighbourKey& key, const net::MacAddress& mac)
{
    if (is_permanent(key))
        return;
    const auto known = std::ranges::find(run.state.neighbours, key,
                                         &decltype(run.state.neighbours)::value_type::first);
    if (known != run.state.neighbours.end())
        known->second = mac;
    else
        run.state.neighbours.emplace_back(key, mac);
}

// neigh_update(): sends what has waited for this address.
void resolve(Run& run, const NeighbourKey& key)
{
    auto& waiting = run.state.waiting;
    std::vector<Waiting> ready;
    std::erase_if(waiting, [&](Waiting& entry) {
        if (entry.neighbour != key)
            return false;
        ready.push_back(std::move(entry));
        return true;
    });
    const auto mac = find_neighbour(run, key);
    for (Waiting& entry : ready)
        send_to(run, *key.device, *mac, std::move(entry.packet));
}

// arp_ignore(): is the answer withheld?
bool ignores(const Device& device, const Arp& arp)
{
    const auto configured = [&](bool same_subnet) {
        return std::ranges::any_of(device.addresses, [&](const model::Address* address) {
            return address->local.address == arp.target &&
                   (!same_subnet || address->local.subnet().contains(arp.sender));
        });
    };
    switch (device.settings.ipv4["arp_ignore"].value) {
    case 1:
        return !configured(false);
    case 2:
        return !configured(true);
    case 3:
        return device.netns->loopback != nullptr && device.netns->loopback->has_address(arp.target);
    case 8:
        return true;
    default:
        return false;
    }
}

// arp_filter(): would the answer to the sender leave by another device?
bool filtered(Run& run, const Device& device, const Arp& arp)
{
    if (device.settings.ipv4["arp_filter"].value == 0)
        return false;
    const RouteOutput back =
        route_output(run, *device.netns, {.destination = arp.sender, .source = arp.target});
    return !back.destination || back.destination->out != &device;
}

// What arp_process() makes of a request.
struct Verdict {
    std::optional<Reason> unanswered; // why; nothing: it is answered
    Stage stage = Stage::arp;         // that says so
    bool proxied = false;             // for another machine
};

Verdict judge(Run& run, const Packet& packet, const Device& device)
{
    const Arp& arp = *packet.arp;
    // Somebody who has no address yet asks whether this one is free (RFC 2131, duplicate address
    // detection): no route is asked.
    const Fib& fib = device.netns->fib(arp.target.family());
    if (arp.sender == net::IpAddress::any(arp.sender.family()) &&
        fib.address_type(arp.target) == RouteType::local && !ignores(device, arp))
        return {};
    RouteInput input = route_input(run, device, flow_key(packet));
    if (!input.destination)
        return {.unanswered = std::move(input.because), .stage = input.stage};
    if (input.destination->input == Destination::Input::local && !input.destination->broadcast) {
        if (ignores(device, arp))
            return {.unanswered = BySysctl{.setting = device.settings.ipv4["arp_ignore"]}};
        if (filtered(run, device, arp))
            return {.unanswered = BySysctl{.setting = device.settings.ipv4["arp_filter"]}};
        return {};
    }
    if (input.destination->input == Destination::Input::forward) {
        const bool other = input.destination->out != &device;
        if ((other && device.settings.ipv4["proxy_arp"].value != 0) ||
            (!other && device.settings.ipv4["proxy_arp_pvlan"].value != 0))
            return {.unanswered = {}, .stage = Stage::arp, .proxied = true};
    }
    return {.unanswered = ByKernel{.function = "arp_process",
                                   .text = "the address does not belong to this host"}};
}

enum class Delay : std::uint8_t { asked, over };

// arp_process() for a request.
void answer(Run& run, const Device& device, const Packet& packet, Delay delay)
{
    const Arp& arp = *packet.arp;
    const Verdict verdict = judge(run, packet, device);
    if (verdict.unanswered) {
        note(run, packet, {&device, verdict.stage}, Action::ignore,
             [&] { return *verdict.unanswered; });
        return;
    }
    if (verdict.proxied && delay == Delay::asked && packet.type != rules::PacketType::host &&
        device.settings.arp["proxy_delay"].value != 0) {
        learn(run, {.device = &device, .address = arp.sender}, arp.sender_mac);
        run.state.late_answers.push_back({.device = &device, .request = packet});
        return;
    }
    note(run, packet, {&device, Stage::arp}, Action::answer, [&] {
        return ByEntry{.table = model::ByEntry::Table::link,
                       .text = {"{} answers with its own address {}", device.name(), device.mac}};
    });
    if (arp.sender != net::IpAddress::any(arp.sender.family()))
        learn(run, {.device = &device, .address = arp.sender}, arp.sender_mac);
    send_arp(run, device,
             {.reply = true, .sender_mac = device.mac, .sender = arp.target, .target = arp.sender},
             arp.sender_mac, packet.number);
    resolve(run, {.device = &device, .address = arp.sender});
}

bool begins(const Ip& ip)
{
    return ip.protocol == kTcp ? (ip.tcp_flags & (kSyn | kAck)) == kSyn
                               : ip.protocol == kUdp && ip.asks;
}

void remember(Run& run, NextHop hop)
{
    if (std::ranges::find(run.next_hops, hop) == run.next_hops.end())
        run.next_hops.push_back(std::move(hop));
}

} // namespace

std::optional<net::MacAddress> find_neighbour(const Run& run, const NeighbourKey& key)
{
    for (const auto& [learned, mac] : run.state.neighbours) {
        if (learned == key)
            return mac;
    }
    const auto& stored = key.device->netns->neighbours;
    const auto found = stored.find(key);
    return found == stored.end() ? std::nullopt : std::optional(found->second);
}

void neighbour_output(Run& run, const Device& out, const net::IpAddress& next_hop, Packet&& packet)
{
    if (packet.destination && packet.destination->broadcast) {
        send_to(run, out, kBroadcast, std::move(packet));
        return;
    }
    if (out.netns->fib(next_hop.family()).address_type(next_hop) == RouteType::multicast) {
        send_to(run, out, kMulticastBase, std::move(packet));
        return;
    }
    remember(run, {.netns = out.netns,
                   .address = next_hop,
                   .destination = packet.ip.destination,
                   .asks = begins(packet.ip) ? packet.ip.destination_port : std::uint16_t{0}});
    if (!out.link->arp) {
        send_to(run, out, out.mac, std::move(packet));
        return;
    }
    const NeighbourKey key{.device = &out, .address = next_hop};
    if (const auto mac = find_neighbour(run, key)) {
        send_to(run, out, *mac, std::move(packet));
        return;
    }
    const bool asked = std::ranges::any_of(
        run.state.waiting, [&](const Waiting& other) { return other.neighbour == key; });
    const net::IpAddress source = packet.ip.source;
    const unsigned number = packet.number;
    note(run, packet, {&out, Stage::neighbour}, Action::resolve, [&] {
        return ByEntry{.table = model::ByEntry::Table::neighbour,
                       .text = {"{} dev {} is not known yet", next_hop, out.name()}};
    });
    run.state.waiting.push_back({.neighbour = key, .packet = std::move(packet)});
    if (asked)
        return;
    if (next_hop.family() == net::Family::ipv6)
        solicit_neighbour(run, out, next_hop, source, number);
    else
        send_arp(
            run, out,
            {.sender_mac = out.mac, .sender = asker(out, source, next_hop), .target = next_hop},
            kBroadcast, number);
}

void learn_neighbour(Run& run, const NeighbourKey& key, const net::MacAddress& mac)
{
    learn(run, key, mac);
    resolve(run, key);
}

void arp_receive(Run& run, const Device& device, const Packet& received)
{
    Packet packet = received;
    if (packet.type == rules::PacketType::otherhost || !device.link->arp ||
        !pass_hook(run, packet,
                   {.family = HookFamily::arp, .hook = Hook::input, .in = &device, .at = &device}))
        return;
    const Arp& arp = *packet.arp;
    if (!arp.reply) {
        answer(run, device, packet, Delay::asked);
        return;
    }
    const NeighbourKey key{.device = &device, .address = arp.sender};
    const bool known = find_neighbour(run, key).has_value();
    note(run, packet, {&device, Stage::neighbour}, known ? Action::ignore : Action::learn, [&] {
        return ByKernel{.function = "arp_process",
                        .text = known ? Words("the first answer is kept for a second (locktime)")
                                      : Words("{} is at {}", arp.sender, arp.sender_mac)};
    });
    if (!known)
        learn_neighbour(run, key, arp.sender_mac);
}

bool answer_late(Run& run)
{
    if (run.state.late_answers.empty())
        return false;
    const LateAnswer next = std::move(run.state.late_answers.front());
    run.state.late_answers.pop_front();
    answer(run, *next.device, next.request, Delay::over);
    return true;
}

void fail_waiting(Run& run)
{
    const std::vector<Waiting> failed = std::exchange(run.state.waiting, {});
    for (const Waiting& entry : failed) {
        const Device& out = *entry.neighbour.device;
        note(run, entry.packet, {&out, Stage::neighbour}, Action::drop, [&] {
            return ByEntry{.table = model::ByEntry::Table::neighbour,
                           .text = {"{} dev {} FAILED", entry.neighbour.address, out.name()}};
        });
        send_icmp_error(run, out, entry.packet, IcmpReason::no_neighbour);
    }
}

} // namespace onlan::simulate
