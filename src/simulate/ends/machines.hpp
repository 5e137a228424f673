#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/netns.hpp"

namespace onlan::simulate {

// A machine that the snapshot does not hold: an ordinary host behind the device that leads to it,
// or a router.
struct Machine {
    model::Netns netns; // named "lan:IP"
    std::string nic;    // or another device, behind which it is
    std::string nic_of; // the namespace of that; empty: the host
    std::vector<std::string> assumptions;
};

// Where a namespace of the snapshot and the host meet by way of what the snapshot does not hold,
// such as the two ends of a tunnel.
struct Meeting {
    std::string device; // of the namespace
    std::string edge;   // of the host
};
[[nodiscard]] std::optional<Meeting> meeting_outside(std::span<const model::Netns> namespaces,
                                                     const model::Netns& far);

// On a segment of the first of `namespaces`, which is the host: behind a device whose other end is
// in none of them. Nothing when no such device leads to the address. On `serves` the machine
// listens, for both TCP and UDP.
[[nodiscard]] std::optional<Machine> lan_machine(std::span<const model::Netns> namespaces,
                                                 const net::IpAddress& address,
                                                 std::optional<std::uint16_t> serves);

// Such a machine off every subnet of this host, after the router that leads to it; nothing when the
// host has no gateway to it out on a LAN.
[[nodiscard]] std::vector<Machine> machines_beyond_gateway(std::span<const model::Netns> namespaces,
                                                           const net::IpAddress& address,
                                                           std::optional<std::uint16_t> serves);

} // namespace onlan::simulate
