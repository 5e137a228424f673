#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/socket.hpp"
#include "net/ip_address.hpp"
#include "simulate/run/packet.hpp"

namespace onlan::simulate {

struct Namespace;
struct Proxy;

enum class SocketRole : std::uint8_t { client, server, proxy_front, proxy_back };
enum class SocketState : std::uint8_t { syn_sent, syn_received, established, closed };

// What a socket of the exchange has been told by ICMP or RST (sk_err).
enum class SocketError : std::uint8_t {
    none,
    refused,             // ECONNREFUSED
    reset,               // ECONNRESET
    host_unreachable,    // EHOSTUNREACH
    network_unreachable, // ENETUNREACH
    prohibited,          // EACCES
    not_permitted,       // EPERM
    no_protocol,         // ENOPROTOOPT
    invalid,             // EINVAL
    message_size,        // EMSGSIZE
};
[[nodiscard]] std::string errno_name(SocketError error);
[[nodiscard]] SocketError error_of(RouteError error);

// One end of the simulated exchange: a connected TCP, UDP or ping socket, and the program behind
// it.
struct LiveSocket {
    const Namespace* netns = nullptr;
    SocketRole role = SocketRole::client;
    std::uint8_t protocol = 0;
    net::IpAddress local;
    net::IpAddress remote;
    std::uint16_t local_port = 0; // ping: the identifier
    std::uint16_t remote_port = 0;
    std::optional<Destination> route; // of what it sends, where it keeps that (sk_dst_get())
    SocketState state = SocketState::syn_sent;
    SocketError error = SocketError::none;
    std::uint32_t send_next = 1000;
    std::uint32_t send_unacknowledged = 1000;
    std::uint32_t receive_next = 0;
    std::optional<std::uint32_t> sack_edge; // of what came out of order
    std::uint16_t peer_mss = 536;           // TCP_MSS_DEFAULT, until its SYN tells
    bool request_seen = false;              // server: the client's data is here
    bool response_seen = false;             // client: and the server's
    bool response_sent = false;
    bool fin_sent = false;
    int timeouts = 0;  // of its SYN+ACK
    unsigned pair = 0; // proxy: index of the other half, from 1; 0: none
    const Proxy* proxy = nullptr;
    std::uint32_t mark = 0;                  // SO_MARK
    std::uint32_t owner = 0;                 // uid; of the client, who is not known, root's
    std::optional<bool> transparent = false; // as its listener (model::Socket)
};

} // namespace onlan::simulate
