#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// ip_rcv()
void ip_receive(Run& run, const Device& device, Packet&& packet);
// __ip_local_out() for what a namespace sends itself. What the program that sends is told; none: it
// was sent.
SocketError ip_send(Run& run, const Namespace& netns, Packet packet, unsigned answers);
// ip_route_me_harder(): what was changed at OUTPUT may lead elsewhere. False: it leads nowhere.
[[nodiscard]] bool reroute_output(Run& run, const Namespace& netns, Packet& packet);

} // namespace onlan::simulate
