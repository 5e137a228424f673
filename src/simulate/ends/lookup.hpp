#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// The socket tables: net/ipv4/inet_hashtables.c, udp.c. Null: none is there.

// __inet_lookup_established()
[[nodiscard]] LiveSocket*
find_connected(Run& run, const Namespace& netns, const model::Tuple& tuple);

// Where somebody listens, as a packet would come in there.
struct Listening {
    std::uint8_t protocol = 0;
    net::IpAddress address;
    std::uint16_t port = 0;
    int arrived = 0; // index of the device
};
// __inet_lookup_listener()
[[nodiscard]] const model::Socket* find_listener(const Namespace& netns, const Listening& at);
// nf_tproxy_get_sock_v4(): without an address of its own the rule means the first one of the
// device.
[[nodiscard]] Listening
diverted(Listening at, const net::IpAddress& source, const rules::Tproxy& to, const Device& in);

} // namespace onlan::simulate
