// Local delivery: net/ipv4/tcp_ipv4.c, udp.c, icmp.c.

#include <algorithm>

#include "simulate/stages.hpp"

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

// compute_score(): how well a listener fits; 0: not at all.
int score(const model::Socket& socket, const Wanted& wanted, const Device& in)
{
    if (socket.protocol != wanted.protocol || socket.port != wanted.port ||
        (socket.link != 0 && socket.link != in.link->index))
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
    const model::Socket* best = nullptr;
    int best_score = 0;
    for (const model::Socket& socket : in.netns->facts->sockets) {
        const int fits = score(socket, wanted, in);
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

Reason by_listener(const model::Socket* socket, const Ip& ip)
{
    const std::string_view protocol = ip.protocol == kTcp ? "tcp" : "udp";
    if (socket == nullptr)
        return by_socket(
            {"nothing listens on {} {}:{}", protocol, ip.destination, ip.destination_port});
    if (socket->program.empty())
        return by_socket({"{} {}:{}", protocol, socket->address, socket->port});
    return by_socket({"{} {}:{} {}", protocol, socket->address, socket->port, socket->program});
}

Reason by_live(const LiveSocket& socket)
{
    return by_socket({"{}:{} connected to {}:{}", socket.local, socket.local_port, socket.remote,
                      socket.remote_port});
}

void deliver_tcp(Run& run, const Device& in, const Packet& packet)
{
    const Namespace& netns = *in.netns;
    if (LiveSocket* socket = find_live(run, netns, tuple_of(packet.ip))) {
        note(run, packet, {&in, "socket"}, "deliver", [&] { return by_live(*socket); });
        tcp_socket_receive(run, *socket, packet);
        return;
    }
    const model::Socket* listener = find_listener(packet, in);
    const bool opens = (packet.ip.tcp_flags & (kSyn | kAck | kRst)) == kSyn;
    if (listener != nullptr && opens && packet.type == PacketType::host) {
        note(run, packet, {&in, "socket"}, "deliver",
             [&] { return by_listener(listener, packet.ip); });
        tcp_accept(run, netns, packet, *listener);
        return;
    }
    const bool reset = (packet.ip.tcp_flags & kRst) != 0;
    note(run, packet, {&in, "socket"}, reset ? "drop" : "reset", [&]() -> Reason {
        if (listener == nullptr)
            return by_listener(nullptr, packet.ip);
        return ByKernel{.function = "tcp_v4_rcv", .text = "the segment is of no connection here"};
    });
    if (!reset && packet.type == PacketType::host)
        send_tcp_reset(run, packet);
}

// A server's program: it answers to where the datagram came from.
void serve_datagram(Run& run,
                    const Namespace& netns,
                    const Packet& packet,
                    const model::Socket& listener)
{
    LiveSocket& server = run.state.sockets.emplace_back();
    server.netns = &netns;
    server.role = SocketRole::server;
    server.protocol = kUdp;
    const bool any = listener.address == net::IpAddress::any(listener.address.family());
    // A program that asks for nothing special lets the kernel choose the source of its answer.
    server.local = any ? net::IpAddress::any(packet.family()) : listener.address;
    server.local_port = listener.port;
    server.remote = packet.ip.source;
    server.remote_port = packet.ip.source_port;
    server.state = SocketState::closed; // takes nothing itself: the listener does
    server.request_seen = true;
    server.proxy = run.world.proxy_of(netns, listener);
    if (server.proxy != nullptr) {
        server.role = SocketRole::proxy_front;
        send_request(run, server, packet.number);
        return;
    }
    constexpr std::uint16_t kAnswer = 40;
    (void)send_datagram(run, server, kAnswer, packet.number);
}

void deliver_udp(Run& run, const Device& in, const Packet& packet)
{
    const Namespace& netns = *in.netns;
    if (LiveSocket* socket = find_live(run, netns, tuple_of(packet.ip))) {
        note(run, packet, {&in, "socket"}, "deliver", [&] { return by_live(*socket); });
        socket->response_seen = true;
        if (socket->role == SocketRole::proxy_back)
            proxy_answer(run, *socket, packet.number);
        return;
    }
    const model::Socket* listener = find_listener(packet, in);
    note(run, packet, {&in, "socket"}, listener == nullptr ? "unreachable" : "deliver",
         [&] { return by_listener(listener, packet.ip); });
    if (listener != nullptr)
        serve_datagram(run, netns, packet, *listener);
    else
        send_icmp_error(run, in, packet,
                        packet.family() == net::Family::ipv4 ? IcmpError{3, 3} : IcmpError{1, 4});
}

// icmp_err_convert[]: what an error means to a socket, and whether it ends one that is connected.
struct Meaning {
    SocketError error = SocketError::none;
    bool fatal = false;
};
Meaning meaning_of(const Ip& ip)
{
    constexpr std::uint8_t kTimeExceeded = 11;
    if (ip.protocol == kIcmpv6) {
        if (ip.icmp_type == 1 && ip.icmp_code == 4)
            return {SocketError::refused, true};
        if (ip.icmp_type == 1 && ip.icmp_code == 1)
            return {SocketError::prohibited, true};
        return {ip.icmp_code == 0 ? SocketError::network_unreachable
                                  : SocketError::host_unreachable,
                false};
    }
    if (ip.icmp_type == kTimeExceeded)
        return {SocketError::host_unreachable, false};
    if (ip.icmp_type != 3)
        return {};
    switch (ip.icmp_code) {
    case 0:
    case 6:
        return {SocketError::network_unreachable, ip.icmp_code == 6};
    case 2:
    case 3:
        return {SocketError::refused, true};
    case 4:
        return {}; // fragmentation needed: the sender sends smaller ones
    case 1:
        return {SocketError::host_unreachable, false};
    default:
        return {SocketError::host_unreachable, true};
    }
}

// tcp_v4_err(), __udp4_lib_err(), ping_err()
void deliver_icmp_error(Run& run, const Device& in, const Packet& packet)
{
    model::Tuple sent = *packet.ip.inner;
    const bool ping = sent.protocol == kIcmp || sent.protocol == kIcmpv6;
    const auto found = std::ranges::find_if(run.state.sockets, [&](const LiveSocket& socket) {
        return socket.netns == in.netns && socket.protocol == sent.protocol &&
               socket.state != SocketState::closed && socket.remote == sent.destination &&
               socket.local_port == sent.source_port &&
               (ping ||
                (socket.local == sent.source && socket.remote_port == sent.destination_port));
    });
    if (found == run.state.sockets.end()) {
        note(run, packet, {&in, "socket"}, "drop", [] {
            return ByKernel{.function = "icmp_unreach",
                            .text = "no socket here has sent what the error is about"};
        });
        return;
    }
    note(run, packet, {&in, "socket"}, "deliver", [&] { return by_live(*found); });
    const Meaning meaning = meaning_of(packet.ip);
    const bool connecting = found->protocol == kTcp && found->state == SocketState::syn_sent;
    const bool counts = ping || connecting || (found->protocol != kTcp && meaning.fatal);
    if (counts && found->error == SocketError::none)
        found->error = meaning.error;
    if (connecting && meaning.error != SocketError::none)
        found->state = SocketState::closed;
}

void deliver_icmp(Run& run, const Device& in, const Packet& packet)
{
    const Ip& ip = packet.ip;
    const bool v6 = ip.protocol == kIcmpv6;
    if (ip.inner) {
        deliver_icmp_error(run, in, packet);
        return;
    }
    if (ip.icmp_type == (v6 ? 128 : 8)) {
        if (in.netns->settings.icmp_echo_ignore_all.value != 0) {
            note(run, packet, {&in, "icmp"}, "drop", [&] {
                return BySysctl{.setting = &in.netns->settings.icmp_echo_ignore_all, .value = "1"};
            });
            return;
        }
        note(run, packet, {&in, "icmp"}, "answer",
             [] { return ByKernel{.function = "icmp_reply", .text = "echo request"}; });
        Packet reply{.ip = ip, .mark = 0};
        reply.ip.source = ip.destination;
        reply.ip.destination = ip.source;
        reply.ip.icmp_type = v6 ? 129 : 0;
        reply.ip.ttl = 64;
        (void)ip_send(run, *in.netns, std::move(reply), packet.number);
        return;
    }
    const auto found = std::ranges::find_if(run.state.sockets, [&](const LiveSocket& socket) {
        return socket.netns == in.netns && socket.protocol == ip.protocol &&
               socket.state != SocketState::closed && socket.local_port == ip.source_port &&
               socket.remote == ip.source;
    });
    const bool ours = found != run.state.sockets.end();
    note(run, packet, {&in, "socket"}, ours ? "deliver" : "drop", [&] {
        return ours ? by_live(*found)
                    : by_socket(
                          {"nobody here waits for an echo reply with the id {}", ip.source_port});
    });
    if (ours)
        found->response_seen = true;
}

} // namespace

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
        send_icmp_error(run, device, packet, {3, 2});
        break;
    }
}

void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpError error)
{
    const Namespace& netns = *in.netns;
    const net::Family family = about.family();
    const RouteType sender = netns.fib(family).address_type(about.ip.source);
    if (about.ip.icmp_error() || about.type != PacketType::host || sender == RouteType::broadcast ||
        sender == RouteType::multicast)
        return;
    constexpr std::uint16_t kErrorLength = 88;
    Packet packet{.ip = {.source = net::IpAddress::any(family),
                         .destination = about.ip.source,
                         .protocol = family == net::Family::ipv4 ? kIcmp : kIcmpv6,
                         .length = kErrorLength,
                         .dont_fragment = false,
                         .icmp_type = error.type,
                         .icmp_code = error.code,
                         .inner = tuple_of(about.ip),
                         .inner_tcp_flags = about.ip.tcp_flags}};
    const bool for_us = about.destination &&
                        about.destination->input == Destination::Input::local && !about.local_out;
    const RouteOutput routed =
        route_output(run, netns, {.destination = about.ip.source, .source = packet.ip.source});
    if (!routed.destination)
        return;
    packet.ip.source = for_us ? about.ip.destination : routed.source;
    packet.ct = related_to(about.ct);
    (void)ip_send(run, netns, std::move(packet), about.number);
}

void send_tcp_reset(Run& run, const Packet& about)
{
    (void)ip_send(run, *about.device->netns, {.ip = reset_to(about.ip)}, about.number);
}

} // namespace onlan::simulate
