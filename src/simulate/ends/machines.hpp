#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/netns.hpp"

namespace onlan::simulate {

// A machine out on the LAN that the snapshot does not hold: an ordinary host behind the NIC that
// leads to it, or a router.
struct Machine {
    model::Netns netns; // named "lan:IP"
    std::string nic;    // that its segment hangs on
    std::string nic_of; // the namespace of that; empty: the host
    std::vector<std::string> assumptions;
};

// Nothing when no NIC of the host leads to the address. On `serves` the machine listens, for both
// TCP and UDP.
[[nodiscard]] std::optional<Machine> lan_machine(const model::Netns& host,
                                                 const net::IpAddress& address,
                                                 std::optional<std::uint16_t> serves = {});

// Such a machine off every subnet of this host, after the router that leads to it; nothing when the
// host has no gateway to it out on a LAN.
[[nodiscard]] std::vector<Machine> machines_beyond_gateway(const model::Netns& host,
                                                           const net::IpAddress& address,
                                                           std::optional<std::uint16_t> serves);

} // namespace onlan::simulate
