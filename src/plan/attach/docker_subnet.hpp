#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// One family's part of the LAN as Docker is asked to hand it out.
[[nodiscard]] model::DockerSubnet
docker_subnet(const model::Lan& lan, const model::LanSubnet& wanted, const Request& request);

// The addresses that Docker must not hand out although its range holds them, because a range can
// only be a block and the pool may be less than one. Docker keeps each of them in memory and in its
// database: of more than kMostReserved only that many and one are told.
inline constexpr std::size_t kMostReserved = 1024;
[[nodiscard]] std::vector<net::IpAddress> outside_pool(const model::LanSubnet& subnet);

} // namespace onlan::plan
