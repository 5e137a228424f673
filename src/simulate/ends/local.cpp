// Local delivery: net/ipv4/tcp_ipv4.c, udp.c.

#include "simulate/ends/local.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "simulate/ends/endpoints.hpp"
#include "simulate/ends/lookup.hpp"
#include "simulate/ip/icmp.hpp"
#include "simulate/ip/ip.hpp"
#include "simulate/ip/routing.hpp"

namespace onlan::simulate {
namespace {

using rules::PacketType;

// inet_iif(), inet6_iif(): what the host sends to itself comes in through the device that has the
// address, and not through lo (ip_route_output_key_hash_rcu()).
int arrival(const Packet& packet, const Device& in)
{
    const model::Route* route = packet.destination ? packet.destination->route : nullptr;
    return in.link->loopback && route != nullptr ? route->link : in.link->index;
}

std::string_view protocol_word(std::uint8_t protocol)
{
    return protocol == kTcp ? "tcp" : "udp";
}

// Where nobody has looked for listeners there may be one on any port but those that clients get
// (ip_local_port_range), to which answers come, and those of which it is known who has them.
const model::Socket* suppose_listener(Run& run, const Namespace& netns, const Listening& at)
{
    constexpr std::uint16_t kFirstOfClients = 32768;
    const bool known = std::ranges::any_of(netns.facts->sockets, [&](const model::Socket& socket) {
        return socket.protocol == at.protocol && socket.port == at.port;
    });
    if (!netns.facts->sockets_unknown || known || at.port >= kFirstOfClients)
        return nullptr;
    run.assume(fmt::format("a program in {} listens on {} port {}: `ss -tulpn` would tell",
                           netns.name(), protocol_word(at.protocol), at.port));
    return &run.state.supposed.emplace_back(
        model::Socket{.protocol = at.protocol,
                      .address = net::IpAddress::any(at.address.family()),
                      .port = at.port});
}

const model::Socket* listener_of(Run& run, const Packet& packet, const Device& in)
{
    const Ip& ip = packet.ip;
    const Listening at{.protocol = ip.protocol,
                       .address = ip.destination,
                       .port = ip.destination_port,
                       .arrived = arrival(packet, in)};
    const Listening wanted = packet.tproxy ? diverted(at, ip.source, *packet.tproxy, in) : at;
    const model::Socket* listener = find_listener(*in.netns, wanted);
    return listener != nullptr ? listener : suppose_listener(run, *in.netns, wanted);
}

Reason by_socket(Words text)
{
    return ByEntry{.table = model::ByEntry::Table::socket, .text = text};
}

Reason by_listener(const Run& run, const model::Socket* socket, const Ip& ip)
{
    const std::string_view protocol = protocol_word(ip.protocol);
    if (socket == nullptr)
        return by_socket({"nothing listens on {} {}:{}", protocol, ip.destination,
                          port_of(run, ip.protocol, ip.destination_port)});
    if (socket->program.empty())
        return by_socket({"{} {}:{}", protocol, socket->address, socket->port});
    return by_socket({"{} {}:{} {}", protocol, socket->address, socket->port, socket->program});
}

void deliver_tcp(Run& run, const Device& in, const Packet& packet)
{
    const Namespace& netns = *in.netns;
    if (LiveSocket* socket = find_connected(run, netns, tuple_of(packet.ip))) {
        note(run, packet, {&in, Stage::socket}, Action::deliver,
             [&] { return by_live(run, *socket); });
        tcp_socket_receive(run, *socket, packet);
        return;
    }
    const bool opens = (packet.ip.tcp_flags & (kSyn | kAck | kRst)) == kSyn;
    const model::Socket* listener = opens ? listener_of(run, packet, in) : nullptr;
    if (listener != nullptr && opens && packet.type == PacketType::host) {
        note(run, packet, {&in, Stage::socket}, Action::deliver,
             [&] { return by_listener(run, listener, packet.ip); });
        tcp_accept(run, netns, packet, *listener);
        return;
    }
    const bool reset = (packet.ip.tcp_flags & kRst) != 0;
    note(run, packet, {&in, Stage::socket}, reset ? Action::drop : Action::reset, [&]() -> Reason {
        if (opens && listener == nullptr)
            return by_listener(run, nullptr, packet.ip);
        return by_socket({"{}:{} is not connected to {}:{}", packet.ip.destination,
                          port_of(run, kTcp, packet.ip.destination_port), packet.ip.source,
                          port_of(run, kTcp, packet.ip.source_port)});
    });
    if (!reset && packet.type == PacketType::host)
        send_tcp_reset(run, packet);
}

void deliver_udp(Run& run, const Device& in, const Packet& packet)
{
    const Namespace& netns = *in.netns;
    if (LiveSocket* socket = find_connected(run, netns, tuple_of(packet.ip))) {
        note(run, packet, {&in, Stage::socket}, Action::deliver,
             [&] { return by_live(run, *socket); });
        socket->response_seen = true;
        if (socket->role == SocketRole::proxy_back)
            proxy_answer(run, *socket, packet.number);
        return;
    }
    const model::Socket* listener = listener_of(run, packet, in);
    note(run, packet, {&in, Stage::socket},
         listener == nullptr ? Action::unreachable : Action::deliver,
         [&] { return by_listener(run, listener, packet.ip); });
    if (listener != nullptr) {
        udp_answer(run, netns, packet, *listener);
        return;
    }
    Packet about = packet;
    about.ct = {}; // __udp4_lib_rcv(): nf_reset_ct()
    send_icmp_error(run, in, about, IcmpReason::no_port);
}

} // namespace

Reason by_live(const Run& run, const LiveSocket& socket)
{
    return by_socket({"{}:{} connected to {}:{}", socket.local,
                      port_of(run, socket.protocol, socket.local_port), socket.remote,
                      port_of(run, socket.protocol, socket.remote_port)});
}

void deliver_locally(Run& run, const Device& device, const Packet& packet)
{
    switch (packet.ip.protocol) {
    case kTcp:
        deliver_tcp(run, device, packet);
        break;
    case kUdp:
        deliver_udp(run, device, packet);
        break;
    case kIcmp:
    case kIcmpv6:
        deliver_icmp(run, device, packet);
        break;
    default:
        note(run, packet, {&device, Stage::socket}, Action::unreachable, [&] {
            return ByKernel{.function = "ip_protocol_deliver_rcu",
                            .text = {"nothing here accepts protocol {}", packet.ip.protocol}};
        });
        send_icmp_error(run, device, packet, IcmpReason::no_protocol);
        break;
    }
}

void send_tcp_reset(Run& run, const Packet& about)
{
    (void)ip_send(run, *about.device->netns, {.ip = reset_to(about.ip)}, about.number);
}

} // namespace onlan::simulate
