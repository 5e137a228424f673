// The programs at the two ends, as far as packets show them: a client that connects, asks, reads
// the answer and closes; a server that answers every request; docker-proxy between them.

#include "simulate/ends/endpoints.hpp"

#include <algorithm>
#include <utility>

#include "simulate/ends/local.hpp"
#include "simulate/ip/ip.hpp"
#include "simulate/ip/mtu.hpp"
#include "simulate/ip/routing.hpp"

namespace onlan::simulate {
namespace {

constexpr std::uint16_t kWindow = 64240;

// Of IP and of the protocol in it, without the options of TCP.
std::uint16_t headers_of(const LiveSocket& socket)
{
    const unsigned ip = socket.remote.family() == net::Family::ipv4 ? 20 : 40;
    return static_cast<std::uint16_t>(ip + (socket.protocol == kTcp ? 20 : 8));
}

// tcp_established_options(): a time stamp and what aligns it.
constexpr std::uint16_t kTimestamp = 12;

// tcp_syn_options(): with it the MSS, SACK and the window's scale.
std::uint16_t options_of(std::uint8_t tcp_flags)
{
    return (tcp_flags & kSyn) != 0 ? 20 : kTimestamp;
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

// What may follow the headers in one packet to the other end.
std::uint16_t room_of(Run& run, const LiveSocket& socket)
{
    const std::optional<Destination> way =
        socket.route ? socket.route
                     : route_output(run, *socket.netns, flow_key(socket)).destination;
    const std::uint32_t mtu =
        way ? path_mtu(run, *socket.netns, *way, socket.remote) : kLargestPacket;
    return static_cast<std::uint16_t>(mtu - headers_of(socket));
}

// tcp_current_mss(), or what of a datagram goes into one fragment.
std::uint16_t segment_of(Run& run, const LiveSocket& socket)
{
    const std::uint16_t room = room_of(run, socket);
    if (socket.protocol != kTcp)
        return room;
    const std::uint16_t mss = std::min(room, socket.peer_mss);
    return static_cast<std::uint16_t>(mss - kTimestamp);
}

// The part of `payload` that each packet on the wire carries (Ip::segment).
std::uint16_t parts_of(Run& run, const LiveSocket& socket, std::uint16_t payload)
{
    if (!run.size || payload == 0)
        return 0;
    const std::uint16_t segment = segment_of(run, socket);
    return payload > segment ? segment : std::uint16_t{0};
}

// How much a program sends at once: of much data what TCP sends before it hears of it
// (TCP_INIT_CWND).
std::uint16_t bytes_of(Run& run, const LiveSocket& socket, Content content)
{
    constexpr std::uint16_t kQuestion = 4;
    constexpr std::uint16_t kAnswer = 40;
    constexpr std::uint32_t kFirstSegments = 10;
    if (!run.size)
        return content == Content::question ? kQuestion : kAnswer;
    const std::uint32_t segment = segment_of(run, socket);
    const std::uint32_t largest = kLargestPacket - headers_of(socket) - kTimestamp;
    if (socket.protocol == kTcp)
        return static_cast<std::uint16_t>(std::min({*run.size, segment * kFirstSegments, largest}));
    return static_cast<std::uint16_t>(
        std::min(*run.size == kFullSize ? segment : *run.size, largest));
}

LiveSocket& other_half(Run& run, const LiveSocket& socket)
{
    return run.state.sockets[socket.pair - 1];
}

// inet_create(): ip_no_pmtu_disc makes IP_PMTUDISC_DONT of it.
bool discovers_mtu(const LiveSocket& socket)
{
    return socket.netns->settings.ipv4["ip_no_pmtu_disc"].value == 0;
}

void plan(Run& run, LiveSocket& socket, Deed deed, unsigned answers)
{
    run.state.deeds.push_back({.socket = &socket, .deed = deed, .answers = answers});
}

// Closing is left to the client, which may have more to ask.
void respond(Run& run, LiveSocket& socket, unsigned answers)
{
    socket.response_sent = true;
    send_segment(run, socket, kPsh | kAck, bytes_of(run, socket, Content::answer), answers);
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
    case SocketError::message_size:
        return "EMSGSIZE";
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
                         .length = static_cast<std::uint16_t>(headers_of(socket) +
                                                              options_of(flags) + payload),
                         .dont_fragment = discovers_mtu(socket),
                         .source_port = socket.local_port,
                         .destination_port = socket.remote_port,
                         .tcp_flags = flags,
                         .sequence = socket.send_next,
                         .acknowledged = (flags & kAck) != 0 ? socket.receive_next : 0,
                         .window = kWindow,
                         .sack_edge = socket.sack_edge,
                         .options = {.sack_permitted = (flags & kSyn) != 0},
                         .payload = payload,
                         .segment = parts_of(run, socket, payload)},
                  .mark = socket.mark,
                  .destination = socket.route,
                  .owner = socket.owner};
    if ((flags & kSyn) != 0)
        packet.ip.options.mss = room_of(run, socket);
    socket.send_next += payload + ((flags & (kSyn | kFin)) != 0 ? 1U : 0U);
    (void)ip_send(run, *socket.netns, std::move(packet), answers);
}

void close_socket(Run& run, LiveSocket& socket, unsigned answers)
{
    if (std::exchange(socket.fin_sent, true))
        return;
    send_segment(run, socket, kFin | kAck, 0, answers);
}

SocketError send_datagram(Run& run, LiveSocket& socket, Content content, unsigned answers)
{
    const bool ping = socket.protocol != kUdp;
    const std::uint16_t payload = bytes_of(run, socket, content);
    const std::uint16_t fragment = parts_of(run, socket, payload);
    if (fragment != 0)
        run.assume("the fragments of a datagram fare as the whole of it does");
    Packet packet{.ip = {.source = socket.local,
                         .destination = socket.remote,
                         .protocol = socket.protocol,
                         .length = static_cast<std::uint16_t>(headers_of(socket) + payload),
                         .dont_fragment = fragment == 0 && discovers_mtu(socket),
                         .source_port = socket.local_port,
                         .destination_port = ping ? std::uint16_t{0} : socket.remote_port,
                         .payload = payload,
                         .segment = fragment,
                         .asks = content == Content::question},
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
            (void)send_datagram(run, back, Content::question, answers);
        return;
    }
    send_segment(run, socket, kPsh | kAck, bytes_of(run, socket, Content::question), answers);
}

void proxy_answer(Run& run, LiveSocket& back, unsigned answers)
{
    LiveSocket& front = other_half(run, back);
    if (front.protocol == kTcp)
        respond(run, front, answers);
    else
        (void)send_datagram(run, front, Content::answer, answers);
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
    socket.peer_mss = packet.ip.options.mss.value_or(socket.peer_mss);
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
    if (!packet.ip.asks) // another server's answer
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
        (void)send_datagram(run, socket, Content::answer, packet.number);
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
        socket.peer_mss = ip.options.mss.value_or(socket.peer_mss);
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
