#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// Makes the uplink bridge out of its ports: the bridge takes over the MAC address, the addresses,
// the routes, the rules' interface names and the switches of each port that is not in it yet. Empty
// when the uplink is an existing bridge, or is already made.
[[nodiscard]] std::vector<Change> uplink_changes(const model::Uplink& uplink,
                                                 const model::Host& host);

// What of a port moves onto the bridge.
[[nodiscard]] std::vector<model::Address> moving_addresses(const model::Link& port,
                                                           const model::Host& host);
[[nodiscard]] std::vector<model::Route> moving_routes(const model::Link& port,
                                                      const model::Host& host);

} // namespace onlan::plan
