#pragma once

#include <string>
#include <vector>

#include "model/host.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// A link that carries others' frames and of which the host's IP stack is to know nothing.

// Without this the host would take an IPv6 address of the LAN on the link from the router's
// advertisements, a second way into the same segment. Nothing on a host without IPv6.
[[nodiscard]] std::vector<Change> without_ipv6(const std::string& link, const model::Host& host);

// With rp_filter off the host would answer ARP for its LAN address here too, and containers would
// send it frames that enter on the wrong bridge (net/ipv4/arp.c, arp_ignore(): 8 answers for no
// address).
[[nodiscard]] SetSysctl without_arp(const std::string& link);

} // namespace onlan::plan
