#pragma once

#include "simulate/ip/routing.hpp"

namespace onlan::simulate {

// What a program sends: a client's question, which calls for an answer.
enum class Content : std::uint8_t { question, answer };

// connect(): gives the socket its route, and its local address if it has none.
[[nodiscard]] RouteOutput connect_socket(Run& run, LiveSocket& socket);
// Lets the next program do what it has planned. False: none has.
bool act(Run& run);
void tcp_socket_receive(Run& run, LiveSocket& socket, const Packet& packet);
// The program behind a listener takes what has come for it.
void tcp_accept(Run& run,
                const Namespace& netns,
                const Packet& packet,
                const model::Socket& listener);
void udp_answer(Run& run,
                const Namespace& netns,
                const Packet& packet,
                const model::Socket& listener);
void send_segment(
    Run& run, LiveSocket& socket, std::uint8_t flags, std::uint16_t payload, unsigned answers);
void send_request(Run& run, LiveSocket& socket, unsigned answers);
// shutdown(): sends FIN, once.
void close_socket(Run& run, LiveSocket& socket, unsigned answers);
// What the program is told (ip_send()).
SocketError send_datagram(Run& run, LiveSocket& socket, Content content, unsigned answers);
void proxy_answer(Run& run, LiveSocket& back, unsigned answers);

} // namespace onlan::simulate
