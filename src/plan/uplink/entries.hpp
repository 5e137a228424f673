#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// The uplink bridge as onlan makes it out of its ports, in the order in which it is made: it takes
// over the MAC address, the addresses, the routes, the rules' interface names and the switches of
// its ports. What it took over earlier is on the ledger and stays wanted; what a port carries by
// now, such as an address that a DHCP client gave it again, moves too. Does not look at what is
// there already. Empty when the uplink has no ports: then the bridge is somebody else's.
[[nodiscard]] std::vector<Entry>
uplink_entries(const model::Uplink& uplink, const model::Host& host, const Ledger& ledger);

} // namespace onlan::plan
