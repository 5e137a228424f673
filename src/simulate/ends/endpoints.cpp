// The programs at the two ends, as far as packets show them: a client that connects, asks, reads
// the answer and closes; a server that answers every request; docker-proxy between them.

#include "simulate/ends/endpoints.hpp"

#include <algorithm>
#include <utility>

#include "simulate/ends/local.hpp"
#include "simulate/ip/ip.hpp"
#include "simulate/ip/routing.hpp"

namespace onlan::simulate {
namespace {

constexpr std::uint16_t kResponse = 40;
constexpr std::uint16_t kHeaders = 40; // IP and TCP
constexpr std::uint16_t kUdpHeaders = 28;
constexpr std::uint16_t kWindow = 64240;

LiveSocket& other_half(Run& run, const LiveSocket& socket)
{
    return run.state.sockets[socket.pair - 1];
}

void plan(Run& run, LiveSocket& socket, Deed deed, unsigned answers)
{
    run.state.deeds.push_back({.socket = &socket, .deed = deed, .answers = answers});
}

// Closing is left to the client, which may have more to ask.
void respond(Run& run, LiveSocket& socket, unsigned answers)
{
    socket.response_sent = true;
    send_segment(run, socket, kPsh | kAck, kResponse, answers);
}

void take_request(Run& run, LiveSocket& socket, unsigned answers)
{
    if (!std::exchange(socket.request_seen, true))
        plan(run, socket, Deed::serve, answers);
}

void take_response(Run& run, LiveSocket& socket, unsigned answers)
{
    socket.response_seen = true;
    if (socket.role == SocketRole::proxy_back)
        plan(run, socket, Deed::pass_on, answers);
}

void take_reset(Run& run, LiveSocket& socket, const Ip& ip)
{
    const bool refused = socket.state == SocketState::syn_sent;
    // tcp_reset_check(): only the exact sequence number ends a connection.
    const bool valid = refused ? (ip.tcp_flags & kAck) != 0 && ip.acknowledged == socket.send_next
                               : ip.sequence == socket.receive_next;
    if (!valid)
        return;
    socket.error = refused ? SocketError::refused : SocketError::reset;
    socket.state = SocketState::closed;
    if (socket.role == SocketRole::proxy_back && socket.pair != 0)
        send_segment(run, other_half(run, socket), kRst | kAck, 0, 0);
}

void take_data(Run& run, LiveSocket& socket, const Packet& packet)
{
    const Ip& ip = packet.ip;
    const bool fin = (ip.tcp_flags & kFin) != 0;
    if (ip.payload == 0 && !fin)
        return;
    if (ip.sequence != socket.receive_next) { // out of order, or once more
        if (after(ip.sequence, socket.receive_next))
            socket.sack_edge = end_of(ip);
        send_segment(run, socket, kAck, 0, packet.number);
        return;
    }
    socket.sack_edge.reset();
    socket.receive_next += ip.payload + (fin ? 1U : 0U);
    send_segment(run, socket, kAck, 0, packet.number);
    const bool asks = socket.role == SocketRole::server || socket.role == SocketRole::proxy_front;
    if (ip.payload != 0 && asks)
        take_request(run, socket, packet.number);
    else if (ip.payload != 0)
        take_response(run, socket, packet.number);
    if (fin && socket.role != SocketRole::client)
        plan(run, socket, Deed::close, packet.number);
}

// The listener's program towards who has sent `packet`.
LiveSocket&
open_server(Run& run, const Namespace& netns, const Packet& packet, const model::Socket& listener)
{
    LiveSocket& socket = run.state.sockets.emplace_back();
    socket.netns = &netns;
    socket.protocol = listener.protocol;
    socket.remote = packet.ip.source;
    socket.remote_port = packet.ip.source_port;
    socket.proxy = run.world.proxy_of(netns, listener);
    socket.role = socket.proxy == nullptr ? SocketRole::server : SocketRole::proxy_front;
    socket.mark = listener.mark;
    socket.owner = listener.owner;
    socket.transparent = listener.transparent;
    return socket;
}

FlowKey flow_key(const LiveSocket& socket)
{
    return {.destination = socket.remote,
            .source = socket.local,
            .mark = socket.mark,
            .protocol = socket.protocol,
            .source_port = socket.local_port,
            .destination_port = socket.remote_port};
}

LiveSocket& dial(Run& run, LiveSocket& front)
{
    const auto front_number = static_cast<unsigned>(
        std::ranges::find_if(run.state.sockets,
                             [&](const LiveSocket& socket) { return &socket == &front; }) -
        run.state.sockets.begin() + 1);
    LiveSocket& back = run.state.sockets.emplace_back();
    constexpr std::uint16_t kProxyPort = 45000;
    back.netns = front.netns;
    back.role = SocketRole::proxy_back;
    back.protocol = front.protocol;
    back.owner = front.owner;
    back.remote = front.proxy->target;
    back.remote_port = front.proxy->target_port;
    back.local_port = kProxyPort;
    back.local = net::IpAddress::any(back.remote.family());
    (void)connect_socket(run, back);
    back.pair = front_number;
    front.pair = static_cast<unsigned>(run.state.sockets.size());
    return back;
}

} // namespace

std::string errno_name(SocketError error)
{
    switch (error) {
    case SocketError::none:
        return "";
    case SocketError::refused:
        return "ECONNREFUSED";
    case SocketError::reset:
        return "ECONNRESET";
    case SocketError::host_unreachable:
        return "EHOSTUNREACH";
    case SocketError::network_unreachable:
        return "ENETUNREACH";
    case SocketError::prohibited:
        return "EACCES";
    case SocketError::not_permitted:
        return "EPERM";
    case SocketError::no_protocol:
        return "ENOPROTOOPT";
    case SocketError::invalid:
        return "EINVAL";
    }
    return "";
}

SocketError error_of(RouteError error)
{
    switch (error) {
    case RouteError::none:
        return SocketError::none;
    case RouteError::network_unreachable:
        return SocketError::network_unreachable;
    case RouteError::host_unreachable:
        return SocketError::host_unreachable;
    case RouteError::prohibited:
        return SocketError::prohibited;
    case RouteError::invalid:
    case RouteError::foreign_source:
        return SocketError::invalid;
    }
    return SocketError::none;
}

RouteOutput connect_socket(Run& run, LiveSocket& socket)
{
    const net::Family family = socket.remote.family();
    const bool chooses = socket.local == net::IpAddress::any(family);
    RouteOutput routed = route_own_output(run, *socket.netns, flow_key(socket));
    socket.local = routed.source;
    // ip_route_connect(): once more, with the source that was found. Not for a ping
    // (ping_v4_sendmsg()) and not in IPv6 (ip6_dst_lookup_tail()).
    if (routed.destination && chooses && family == net::Family::ipv4 && socket.protocol != kIcmp)
        routed = route_own_output(run, *socket.netns, flow_key(socket));
    socket.route = routed.destination;
    return routed;
}

bool act(Run& run)
{
    if (run.state.deeds.empty())
        return false;
    const Pending next = run.state.deeds.front();
    run.state.deeds.pop_front();
    LiveSocket& socket = *next.socket;
    if (socket.state == SocketState::closed)
        return true;
    switch (next.deed) {
    case Deed::serve:
        if (socket.role == SocketRole::server)
            respond(run, socket, next.answers);
        else
            send_request(run, socket, next.answers);
        break;
    case Deed::pass_on:
        proxy_answer(run, socket, next.answers);
        break;
    case Deed::close:
        close_socket(run, socket, next.answers);
        break;
    }
    return true;
}

void send_segment(
    Run& run, LiveSocket& socket, std::uint8_t flags, std::uint16_t payload, unsigned answers)
{
    Packet packet{.ip = {.source = socket.local,
                         .destination = socket.remote,
                         .protocol = kTcp,
                         .length = static_cast<std::uint16_t>(kHeaders + payload),
                         .source_port = socket.local_port,
                         .destination_port = socket.remote_port,
                         .tcp_flags = flags,
                         .sequence = socket.send_next,
                         .acknowledged = (flags & kAck) != 0 ? socket.receive_next : 0,
                         .window = kWindow,
                         .sack_edge = socket.sack_edge,
                         .options = {.sack_permitted = (flags & kSyn) != 0},
                         .payload = payload},
                  .mark = socket.mark,
                  .destination = socket.route,
                  .owner = socket.owner};
    socket.send_next += payload + ((flags & (kSyn | kFin)) != 0 ? 1U : 0U);
    (void)ip_send(run, *socket.netns, std::move(packet), answers);
}

void close_socket(Run& run, LiveSocket& socket, unsigned answers)
{
    if (std::exchange(socket.fin_sent, true))
        return;
    send_segment(run, socket, kFin | kAck, 0, answers);
}

SocketError send_datagram(Run& run, LiveSocket& socket, std::uint16_t payload, unsigned answers)
{
    const bool ping = socket.protocol != kUdp;
    Packet packet{.ip = {.source = socket.local,
                         .destination = socket.remote,
                         .protocol = socket.protocol,
                         .length = static_cast<std::uint16_t>(kUdpHeaders + payload),
                         .source_port = socket.local_port,
                         .destination_port = ping ? std::uint16_t{0} : socket.remote_port,
                         .payload = payload},
                  .mark = socket.mark,
                  .destination = socket.route,
                  .owner = socket.owner};
    if (ping)
        packet.ip.icmp_type = socket.protocol == kIcmp ? net::kIcmpEcho : net::kIcmpv6EchoRequest;
    if (packet.ip.source == net::IpAddress::any(packet.family())) {
        const RouteOutput routed = route_output(run, *socket.netns, flow_key(packet));
        packet.ip.source = routed.source;
        packet.destination = routed.destination;
    }
    return ip_send(run, *socket.netns, std::move(packet), answers);
}

void send_request(Run& run, LiveSocket& socket, unsigned answers)
{
    if (socket.role == SocketRole::proxy_front) {
        LiveSocket& back = dial(run, socket);
        if (back.protocol == kTcp)
            send_segment(run, back, kSyn, 0, answers);
        else
            (void)send_datagram(run, back, kRequest, answers);
        return;
    }
    send_segment(run, socket, kPsh | kAck, kRequest, answers);
}

void proxy_answer(Run& run, LiveSocket& back, unsigned answers)
{
    LiveSocket& front = other_half(run, back);
    if (front.protocol == kTcp)
        respond(run, front, answers);
    else
        (void)send_datagram(run, front, kResponse, answers);
}

void tcp_accept(Run& run,
                const Namespace& netns,
                const Packet& packet,
                const model::Socket& listener)
{
    LiveSocket& socket = open_server(run, netns, packet, listener);
    socket.local = packet.ip.destination;
    socket.local_port = packet.ip.destination_port;
    socket.state = SocketState::syn_received;
    socket.receive_next = packet.ip.sequence + 1;
    // inet_sk_flowi_flags(): only a transparent socket takes what TPROXY hands it, and that one may
    // send from any address.
    if (packet.tproxy)
        socket.route = route_output(run, netns, flow_key(socket)).destination;
    send_segment(run, socket, kSyn | kAck, 0, packet.number);
}

void udp_answer(Run& run,
                const Namespace& netns,
                const Packet& packet,
                const model::Socket& listener)
{
    if (packet.ip.payload != kRequest) // another server's answer, which asks nothing
        return;
    LiveSocket& socket = open_server(run, netns, packet, listener);
    const bool any = listener.address == net::IpAddress::any(listener.address.family());
    // A program that asks for nothing special lets the kernel choose the source of its answer.
    socket.local = any ? net::IpAddress::any(packet.family()) : listener.address;
    socket.local_port = listener.port;
    socket.state = SocketState::closed; // takes nothing itself: the listener does
    if (socket.role == SocketRole::proxy_front)
        send_request(run, socket, packet.number);
    else
        (void)send_datagram(run, socket, kResponse, packet.number);
}

void tcp_socket_receive(Run& run, LiveSocket& socket, const Packet& packet)
{
    const Ip& ip = packet.ip;
    if ((ip.tcp_flags & kRst) != 0) {
        take_reset(run, socket, ip);
        return;
    }
    if (socket.state == SocketState::syn_sent) {
        if ((ip.tcp_flags & (kSyn | kAck)) != (kSyn | kAck) ||
            ip.acknowledged != socket.send_next) {
            if ((ip.tcp_flags & kAck) != 0 && ip.acknowledged != socket.send_next)
                send_tcp_reset(run, packet);
            return;
        }
        socket.state = SocketState::established;
        socket.receive_next = ip.sequence + 1;
        socket.send_unacknowledged = ip.acknowledged;
        send_segment(run, socket, kAck, 0, packet.number);
        if (socket.role == SocketRole::proxy_back)
            send_request(run, socket, packet.number);
        return;
    }
    if ((ip.tcp_flags & kSyn) != 0) {
        if (socket.state == SocketState::syn_received)
            socket.send_next = socket.send_unacknowledged;
        const std::uint8_t flags = socket.state == SocketState::syn_received ? kSyn | kAck : kAck;
        send_segment(run, socket, flags, 0, packet.number);
        return;
    }
    if ((ip.tcp_flags & kAck) != 0) {
        if (ip.acknowledged > socket.send_unacknowledged && ip.acknowledged <= socket.send_next)
            socket.send_unacknowledged = ip.acknowledged;
        if (socket.state == SocketState::syn_received &&
            socket.send_unacknowledged == socket.send_next)
            socket.state = SocketState::established;
    }
    if (socket.state == SocketState::established)
        take_data(run, socket, packet);
}

} // namespace onlan::simulate
