#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// Everything a LAN consists of on this host, in the order in which it is made: links and guards
// before anything carries traffic, the Docker network last. Does not look at what is there already.
[[nodiscard]] std::vector<Change> lan_changes(const model::Lan& lan, const Request& request);

} // namespace onlan::plan
