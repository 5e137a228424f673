// ICMP: net/ipv4/icmp.c, net/ipv6/icmp.c.

#include "simulate/ip/icmp.hpp"

#include <algorithm>

#include "simulate/ends/local.hpp"
#include "simulate/ip/ip.hpp"
#include "simulate/ip/mtu.hpp"
#include "simulate/ip/routing.hpp"

namespace onlan::simulate {
namespace {

// What an error means to a socket, and whether it ends one that is connected.
struct Meaning {
    SocketError error = SocketError::none;
    bool fatal = false;
};

// icmp_err_convert[]
Meaning unreachable(std::uint8_t code)
{
    switch (code) {
    case net::kIcmpNetUnreach:
    case net::kIcmpNetUnrTos:
        return {SocketError::network_unreachable, false};
    case net::kIcmpHostUnreach:
    case net::kIcmpHostUnrTos:
        return {SocketError::host_unreachable, false};
    case net::kIcmpProtUnreach:
        return {SocketError::no_protocol, true};
    case net::kIcmpPortUnreach:
        return {SocketError::refused, true};
    case net::kIcmpFragNeeded:
        return {SocketError::message_size, true};
    case net::kIcmpNetUnknown:
    case net::kIcmpNetAno:
        return {SocketError::network_unreachable, true};
    default:
        return {SocketError::host_unreachable, true};
    }
}

// tab_unreach[]
Meaning unreachable_ipv6(std::uint8_t code)
{
    switch (code) {
    case net::kIcmpv6NoRoute:
        return {SocketError::network_unreachable, false};
    case net::kIcmpv6NotNeighbour:
    case net::kIcmpv6AddrUnreach:
        return {SocketError::host_unreachable, false};
    case net::kIcmpv6PortUnreach:
        return {SocketError::refused, true};
    default:
        return {SocketError::prohibited, true};
    }
}

// What other types tell means nothing to a socket.
Meaning meaning_of(const Ip& ip)
{
    const bool ipv6 = ip.protocol == kIcmpv6;
    if (ip.icmp_type == (ipv6 ? net::kIcmpv6TimeExceed : net::kIcmpTimeExceeded))
        return {SocketError::host_unreachable, false};
    if (ipv6 && ip.icmp_type == net::kIcmpv6PktTooBig)
        return {SocketError::message_size, true};
    if (ip.icmp_type == (ipv6 ? net::kIcmpv6DestUnreach : net::kIcmpDestUnreach))
        return ipv6 ? unreachable_ipv6(ip.icmp_code) : unreachable(ip.icmp_code);
    return {};
}

// tcp_v4_err(), __udp4_lib_err(), ping_err()
void deliver_icmp_error(Run& run, const Device& in, const Packet& packet)
{
    model::Tuple sent = *packet.ip.inner;
    const bool ping = net::is_icmp(sent.protocol);
    const auto found = std::ranges::find_if(run.state.sockets, [&](const LiveSocket& socket) {
        return socket.netns == in.netns && socket.protocol == sent.protocol &&
               socket.state != SocketState::closed && socket.remote == sent.destination &&
               socket.local_port == sent.source_port &&
               (ping ||
                (socket.local == sent.source && socket.remote_port == sent.destination_port));
    });
    if (found == run.state.sockets.end()) {
        note(run, packet, {&in, Stage::socket}, Action::drop, [] {
            return ByKernel{.function = "icmp_unreach",
                            .text = "no socket here sent the packet that the error is about"};
        });
        return;
    }
    note(run, packet, {&in, Stage::socket}, Action::deliver, [&] { return by_live(run, *found); });
    const Meaning meaning = meaning_of(packet.ip);
    if (meaning.error == SocketError::message_size) {
        learn_mtu(run, *in.netns, sent.destination, packet.ip.mtu);
        if (found->protocol == kTcp) // tcp_v4_mtu_reduced(): it sends smaller ones
            return;
    }
    const bool connecting = found->protocol == kTcp && found->state == SocketState::syn_sent;
    const bool counts = ping || connecting || (found->protocol != kTcp && meaning.fatal);
    if (counts && found->error == SocketError::none)
        found->error = meaning.error;
    if (connecting && meaning.error != SocketError::none)
        found->state = SocketState::closed;
}

} // namespace

void deliver_icmp(Run& run, const Device& in, const Packet& packet)
{
    const Ip& ip = packet.ip;
    const bool v6 = ip.protocol == kIcmpv6;
    if (ip.inner) {
        deliver_icmp_error(run, in, packet);
        return;
    }
    if (ip.icmp_type == (v6 ? net::kIcmpv6EchoRequest : net::kIcmpEcho)) {
        const NetnsSettings& settings = in.netns->settings;
        const Setting ignores =
            v6 ? settings.icmpv6["echo_ignore_all"] : settings.ipv4["icmp_echo_ignore_all"];
        if (ignores.value != 0) {
            note(run, packet, {&in, Stage::icmp}, Action::drop,
                 [&] { return BySysctl{.setting = ignores}; });
            return;
        }
        note(run, packet, {&in, Stage::icmp}, Action::answer,
             [] { return ByKernel{.function = "icmp_reply", .text = "echo request"}; });
        Packet reply{.ip = ip, .mark = 0};
        reply.ip.source = ip.destination;
        reply.ip.destination = ip.source;
        reply.ip.icmp_type = v6 ? net::kIcmpv6EchoReply : net::kIcmpEchoReply;
        reply.ip.ttl = 64;
        reply.ip.dont_fragment = false; // the kernel's own socket: IP_PMTUDISC_DONT
        (void)ip_send(run, *in.netns, std::move(reply), packet.number);
        return;
    }
    const auto found = std::ranges::find_if(run.state.sockets, [&](const LiveSocket& socket) {
        return socket.netns == in.netns && socket.protocol == ip.protocol &&
               socket.state != SocketState::closed && socket.local_port == ip.source_port &&
               socket.remote == ip.source;
    });
    const bool ours = found != run.state.sockets.end();
    note(run, packet, {&in, Stage::socket}, ours ? Action::deliver : Action::drop, [&]() -> Reason {
        return ours ? by_live(run, *found)
                    : ByEntry{.table = model::ByEntry::Table::socket,
                              .text = {"nothing here is waiting for an echo reply with id {}",
                                       ip.source_port}};
    });
    if (ours)
        found->response_seen = true;
}

IcmpError icmp_error(IcmpReason reason, net::Family family)
{
    const auto either = [family](IcmpError ipv4, IcmpError ipv6) {
        return family == net::Family::ipv4 ? ipv4 : ipv6;
    };
    switch (reason) {
    case IcmpReason::no_route:
        return either({net::kIcmpDestUnreach, net::kIcmpNetUnreach},
                      {net::kIcmpv6DestUnreach, net::kIcmpv6NoRoute});
    case IcmpReason::unreachable_route: // ip6_pkt_discard() does not tell it from no route
        return either({net::kIcmpDestUnreach, net::kIcmpHostUnreach},
                      {net::kIcmpv6DestUnreach, net::kIcmpv6NoRoute});
    case IcmpReason::prohibited:
        return either({net::kIcmpDestUnreach, net::kIcmpPktFiltered},
                      {net::kIcmpv6DestUnreach, net::kIcmpv6AdmProhibited});
    case IcmpReason::no_neighbour:
        return either({net::kIcmpDestUnreach, net::kIcmpHostUnreach},
                      {net::kIcmpv6DestUnreach, net::kIcmpv6AddrUnreach});
    case IcmpReason::no_protocol: // to IPv6 a parameter problem
        return either({net::kIcmpDestUnreach, net::kIcmpProtUnreach},
                      {net::kIcmpv6ParamProb, net::kIcmpv6UnkNextHdr});
    case IcmpReason::no_port:
        return either({net::kIcmpDestUnreach, net::kIcmpPortUnreach},
                      {net::kIcmpv6DestUnreach, net::kIcmpv6PortUnreach});
    case IcmpReason::hops_over:
        return either({net::kIcmpTimeExceeded, net::kIcmpExcTtl},
                      {net::kIcmpv6TimeExceed, net::kIcmpv6ExcHopLimit});
    case IcmpReason::shorter_way:
        return either({net::kIcmpRedirect, net::kIcmpRedirHost}, {net::kNdiscRedirect, 0});
    }
    return {};
}

IcmpError too_big(net::Family family, std::uint32_t mtu)
{
    const auto next_hop = static_cast<std::uint16_t>(mtu);
    if (family == net::Family::ipv4)
        return {net::kIcmpDestUnreach, net::kIcmpFragNeeded, next_hop};
    return {net::kIcmpv6PktTooBig, 0, next_hop};
}

void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpError error)
{
    const Namespace& netns = *in.netns;
    const net::Family family = about.family();
    const RouteType sender = netns.fib(family).address_type(about.ip.source);
    const bool for_all = about.destination && about.destination->broadcast;
    if (about.ip.icmp_error() || about.type != rules::PacketType::host || for_all ||
        sender == RouteType::broadcast || sender == RouteType::multicast)
        return;
    constexpr std::uint16_t kErrorLength = 88;
    Packet packet{.ip = {.source = net::IpAddress::any(family),
                         .destination = about.ip.source,
                         .protocol = family == net::Family::ipv4 ? kIcmp : kIcmpv6,
                         .length = kErrorLength,
                         .dont_fragment = false,
                         .mtu = error.mtu,
                         .icmp_type = error.type,
                         .icmp_code = error.code,
                         .inner = tuple_of(about.ip)}};
    const bool for_us = about.destination &&
                        about.destination->input == Destination::Input::local && !about.local_out;
    if (for_us)
        packet.ip.source = about.ip.destination;
    // icmp_route_lookup(): once, and with no source of its own where it only passes the packet on.
    const RouteOutput routed = route_own_output(run, netns, flow_key(packet));
    if (!routed.destination)
        return;
    packet.destination = routed.destination;
    packet.ip.source = routed.source;
    packet.ct = related_to(about.ct);
    (void)ip_send(run, netns, std::move(packet), about.number);
}

void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpReason reason)
{
    send_icmp_error(run, in, about, icmp_error(reason, about.family()));
}

} // namespace onlan::simulate
