#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// Everything a LAN consists of on this host, in the order in which it is made: links and guards
// before anything carries traffic, the Docker network last. Does not look at what is there already.
[[nodiscard]] std::vector<Change> lan_changes(const model::Lan& lan, const Request& request);

// A second bridge that dockerd made when it found the network on its list and the bridge not there.
[[nodiscard]] bool
is_made_by_docker(const model::Link& link, const model::Lan& lan, const model::Host& host);

// The LAN's network as Docker is asked to make it.
[[nodiscard]] model::DockerNetwork docker_network(const model::Lan& lan, const Request& request);

// Of the uplink bridge, or of the one that is still to be made.
[[nodiscard]] std::uint32_t uplink_mtu(const model::Lan& lan, const model::Host& host);

// The MTU that the LAN's network gives to containers: the uplink's, but while there are any, the
// one that they have. Docker can change it in a new network only.
[[nodiscard]] std::string network_mtu(const model::Lan& lan, const model::Host& host);
inline constexpr std::string_view kMtuOption = "com.docker.network.driver.mtu";

// The addresses that Docker must not hand out although its range holds them, because a range can
// only be a block and the pool may be less than one. Docker keeps each of them in memory and in its
// database: of more than kMostReserved only that many and one are told.
inline constexpr std::size_t kMostReserved = 1024;
[[nodiscard]] std::vector<net::IpAddress> outside_pool(const model::LanSubnet& subnet);

} // namespace onlan::plan
