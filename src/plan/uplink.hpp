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

// The ledger, and with it what others have put on the uplink bridges that onlan made, as if onlan
// had moved it there: undone, it goes to the port with the rest.
[[nodiscard]] Ledger with_strays(const Ledger& ledger, const model::Host& host);

// The port's own addresses and routes that move onto the bridge, in the order in which they have to
// be added.
[[nodiscard]] std::vector<model::Address> moving_addresses(const model::Link& port,
                                                           const model::Host& host);
[[nodiscard]] std::vector<model::Route> moving_routes(const model::Link& port,
                                                      const model::Host& host);

// Does one of the route's next hops leave through this link?
[[nodiscard]] bool leaves_through(const model::Route& route, const model::Link& link);

// The smallest MTU of the ports, as the kernel gives it to their bridge
// (net/bridge/br_if.c, br_mtu_auto_adjust()).
[[nodiscard]] std::uint32_t smallest_mtu(const std::vector<std::string>& ports,
                                         const model::Host& host);

} // namespace onlan::plan
