#pragma once

#include <string>
#include <vector>

#include "model/host.hpp"
#include "plan/findings.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// Those of these links that are there already follow the uplink.
[[nodiscard]] std::vector<Change>
mtu_changes(const model::Lan& lan, const std::vector<std::string>& links, const model::Host& host);

// The MTU that the LAN's network gives to containers: the uplink's, but while there are any, the
// one that they have. Docker can change it in a new network only.
[[nodiscard]] std::string network_mtu(const model::Lan& lan, const model::Host& host);
inline constexpr std::string_view kMtuOption = "com.docker.network.driver.mtu";

void check_mtu(const model::Lan& lan, const model::Host& host, Findings& findings);

} // namespace onlan::plan
