#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "kernel/probe_packets.hpp"

namespace onlan::kernel {

// Which of these addresses somebody on the link answers for: ARP for IPv4, neighbour discovery for
// IPv6. Asks each address twice, waits `patience` after each round, and ends early when all have
// answered. The host's own addresses do not answer.
[[nodiscard]] Result<std::vector<ProbeAnswer>>
probe_addresses(const std::string& link,
                std::span<const net::IpAddress> addresses,
                std::chrono::milliseconds patience);

} // namespace onlan::kernel
