// Neighbour discovery of IPv6: net/ipv6/ndisc.c. Its packets are ICMPv6 and pass the hooks as
// others do.

#include "simulate/ip/ndisc.hpp"

#include <algorithm>
#include <array>

#include "simulate/ip/neighbours.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/link/devices.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::HookFamily;

bool link_local(const net::IpAddress& address)
{
    return address.family() == net::Family::ipv6 && address.bytes()[0] == 0xFE &&
           (address.bytes()[1] & 0xC0U) == 0x80;
}

// Who asks: the packet's own source if it is one of the device, or ipv6_get_lladdr().
net::IpAddress
solicitor(const Device& out, const net::IpAddress& source, const net::IpAddress& target)
{
    if (out.has_address(source))
        return source;
    const auto own = std::ranges::find_if(out.addresses, [](const model::Address* address) {
        return link_local(address->local.address);
    });
    if (own != out.addresses.end())
        return (*own)->local.address;
    return select_address(out, target).value_or(net::IpAddress::any(net::Family::ipv6));
}

// addrconf_addr_solict_mult()
net::IpAddress solicited_node(const net::IpAddress& target)
{
    std::array<std::uint8_t, 16> bytes{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF};
    std::ranges::copy(target.bytes().last(3), bytes.end() - 3);
    return net::IpAddress::from_bytes(bytes).value_or(target);
}

// ipv6_eth_mc_map()
net::MacAddress group_mac(const net::IpAddress& group)
{
    net::MacAddress mac{{0x33, 0x33}};
    std::ranges::copy(group.bytes().last(4), mac.bytes.begin() + 2);
    return mac;
}

// That routers have not touched.
constexpr std::uint8_t kHopLimit = 255;

struct Message {
    net::IpAddress to;
    net::MacAddress to_mac;
    std::uint8_t type = net::kNdiscNeighbourSolicitation;
    Arp says;
};

// ndisc_send_skb()
void send(Run& run, const Device& out, const Message& message, unsigned answers)
{
    Packet packet{
        .device = &out,
        .ethernet = {.source = out.mac, .destination = message.to_mac, .type = kEtherIpv6},
        .ip = {.source = message.says.sender,
               .destination = message.to,
               .protocol = kIcmpv6,
               .ttl = kHopLimit,
               .length = 72, // with a MAC as its option
               .icmp_type = message.type},
        .arp = message.says,
        .local_out = true};
    begin_packet(run, packet, answers);
    for (const Hook hook : {Hook::output, Hook::postrouting}) {
        if (!pass_hook(run, packet,
                       {.family = HookFamily::ipv6, .hook = hook, .out = &out, .at = &out}))
            return;
    }
    transmit(run, out, std::move(packet));
}

// ndisc_recv_ns()
void answer(Run& run, const Device& device, const Packet& packet)
{
    const Arp& asked = *packet.arp;
    note(run, packet, {&device, Stage::ndisc}, Action::answer, [&] {
        return ByEntry{.table = model::ByEntry::Table::link,
                       .text = {"{} answers with its own address {}", device.name(), device.mac}};
    });
    learn_neighbour(run, {.device = &device, .address = asked.sender}, asked.sender_mac);
    send(run, device,
         {.to = asked.sender,
          .to_mac = asked.sender_mac,
          .type = net::kNdiscNeighbourAdvertisement,
          .says = {.reply = true,
                   .sender_mac = device.mac,
                   .sender = asked.target,
                   .target = asked.sender}},
         packet.number);
}

} // namespace

void solicit_neighbour(Run& run,
                       const Device& out,
                       const net::IpAddress& target,
                       const net::IpAddress& source,
                       unsigned number)
{
    const net::IpAddress group = solicited_node(target);
    send(run, out,
         {.to = group,
          .to_mac = group_mac(group),
          .says = {.sender_mac = out.mac,
                   .sender = solicitor(out, source, target),
                   .target = target}},
         number);
}

void neighbour_discovery_receive(Run& run, const Device& device, const Packet& received)
{
    Packet packet = received;
    const Arp& arp = *packet.arp;
    if (!arp.reply && !device.has_address(arp.target)) {
        note(run, packet, {&device, Stage::ndisc}, Action::ignore, [] {
            return ByKernel{.function = "ip6_mc_input",
                            .text = "the address does not belong to this device"};
        });
        return;
    }
    if (!pass_hook(run, packet,
                   {.family = HookFamily::ipv6, .hook = Hook::input, .in = &device, .at = &device}))
        return;
    if (packet.ip.ttl != kHopLimit) {
        note(run, packet, {&device, Stage::ndisc}, Action::drop, [&] {
            return ByKernel{.function = "ndisc_rcv",
                            .text = {"its hop limit is {}, and only {} shows that no router has "
                                     "passed it on",
                                     packet.ip.ttl, kHopLimit}};
        });
        return;
    }
    if (!arp.reply) {
        answer(run, device, packet);
        return;
    }
    note(run, packet, {&device, Stage::neighbour}, Action::learn, [&] {
        return ByKernel{.function = "ndisc_recv_na",
                        .text = {"{} is at {}", arp.sender, arp.sender_mac}};
    });
    learn_neighbour(run, {.device = &device, .address = arp.sender}, arp.sender_mac);
}

} // namespace onlan::simulate
