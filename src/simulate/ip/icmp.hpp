#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

void deliver_icmp(Run& run, const Device& in, const Packet& packet);
// Why a sender is told of its packet, and the words that each family has for it.
enum class IcmpReason : std::uint8_t {
    no_route,
    unreachable_route,
    prohibited,
    no_neighbour,
    no_protocol,
    no_port,
    hops_over,
    shorter_way,
};
struct IcmpError {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint16_t mtu = 0; // of the next hop, where the packet is too big for it
};
[[nodiscard]] IcmpError icmp_error(IcmpReason reason, net::Family family);
[[nodiscard]] IcmpError too_big(net::Family family, std::uint32_t mtu);
// icmp_send()
void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpError error);
void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpReason reason);

} // namespace onlan::simulate
