#pragma once

#include <string>
#include <vector>

#include "model/host.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// The veth pair between the uplink bridge and what the containers are on; both ends bare and still
// unplugged.
[[nodiscard]] std::vector<Change> cable(const model::Lan& lan, const model::Host& host);

[[nodiscard]] bool
is_port_of(const std::string& port, const std::string& bridge, const model::Host& host);

// Is there a cable, and is it plugged into the uplink bridge? A link that connects what it should
// is welcome whoever made it: after `onlan export` that is the distribution, and not every network
// manager can write the alias.
[[nodiscard]] bool is_whole_cable(const model::Lan& lan, const model::Host& host);

} // namespace onlan::plan
