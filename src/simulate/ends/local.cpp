// Local delivery: net/ipv4/tcp_ipv4.c, udp.c.

#include "simulate/ends/local.hpp"

#include <algorithm>

#include "simulate/ends/endpoints.hpp"
#include "simulate/ip/icmp.hpp"
#include "simulate/ip/ip.hpp"
#include "simulate/ip/routing.hpp"

namespace onlan::simulate {
namespace {

using rules::PacketType;

LiveSocket* find_live(Run& run, const Namespace& netns, const model::Tuple& tuple)
{
    const auto found = std::ranges::find_if(run.state.sockets, [&](const LiveSocket& socket) {
        return socket.netns == &netns && socket.protocol == tuple.protocol &&
               socket.state != SocketState::closed && socket.local == tuple.destination &&
               socket.remote == tuple.source && socket.local_port == tuple.destination_port &&
               socket.remote_port == tuple.source_port;
    });
    return found == run.state.sockets.end() ? nullptr : &*found;
}

// Which listener a packet is for: that of its destination, or the one that TPROXY names.
struct Wanted {
    std::uint8_t protocol = 0;
    net::IpAddress address;
    std::uint16_t port = 0;
};

// nf_tproxy_get_sock_v4(): without an address of its own the rule means the first one of the
// device.
Wanted wanted_by(const Packet& packet, const Device& in)
{
    const Ip& ip = packet.ip;
    Wanted wanted{.protocol = ip.protocol, .address = ip.destination, .port = ip.destination_port};
    if (!packet.tproxy)
        return wanted;
    wanted.address =
        packet.tproxy->address.value_or(select_address(in, ip.source).value_or(ip.destination));
    if (packet.tproxy->port != 0)
        wanted.port = packet.tproxy->port;
    return wanted;
}

// inet_iif(), inet6_iif(): what the host sends to itself comes in through the device that has the
// address, and not through lo (ip_route_output_key_hash_rcu()).
int arrival(const Packet& packet, const Device& in)
{
    const model::Route* route = packet.destination ? packet.destination->route : nullptr;
    return in.link->loopback && route != nullptr ? route->link : in.link->index;
}

// compute_score(): how well a listener fits; 0: not at all.
int score(const model::Socket& socket, const Wanted& wanted, int arrived)
{
    if (socket.protocol != wanted.protocol || socket.port != wanted.port ||
        (socket.link != 0 && socket.link != arrived))
        return 0;
    const bool any = socket.address == net::IpAddress::any(socket.address.family());
    const bool same_family = socket.address.family() == wanted.address.family();
    if (any && !same_family && (socket.ipv6_only || socket.address.family() == net::Family::ipv4))
        return 0;
    if (!any && socket.address != wanted.address)
        return 0;
    return 1 + (any ? 0 : 4) + (same_family ? 1 : 0) + (socket.link != 0 ? 2 : 0);
}

const model::Socket* find_listener(const Packet& packet, const Device& in)
{
    const Wanted wanted = wanted_by(packet, in);
    const int arrived = arrival(packet, in);
    const model::Socket* best = nullptr;
    int best_score = 0;
    for (const model::Socket& socket : in.netns->facts->sockets) {
        const int fits = score(socket, wanted, arrived);
        if (fits > best_score) {
            best = &socket;
            best_score = fits;
        }
    }
    return best;
}

Reason by_socket(Words text)
{
    return ByEntry{.table = model::ByEntry::Table::socket, .text = text};
}

Reason by_listener(const Run& run, const model::Socket* socket, const Ip& ip)
{
    const std::string_view protocol = ip.protocol == kTcp ? "tcp" : "udp";
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
    if (LiveSocket* socket = find_live(run, netns, tuple_of(packet.ip))) {
        note(run, packet, {&in, Stage::socket}, Action::deliver,
             [&] { return by_live(run, *socket); });
        tcp_socket_receive(run, *socket, packet);
        return;
    }
    const model::Socket* listener = find_listener(packet, in);
    const bool opens = (packet.ip.tcp_flags & (kSyn | kAck | kRst)) == kSyn;
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
    if (LiveSocket* socket = find_live(run, netns, tuple_of(packet.ip))) {
        note(run, packet, {&in, Stage::socket}, Action::deliver,
             [&] { return by_live(run, *socket); });
        socket->response_seen = true;
        if (socket->role == SocketRole::proxy_back)
            proxy_answer(run, *socket, packet.number);
        return;
    }
    const model::Socket* listener = find_listener(packet, in);
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
