#pragma once

#include <string>

#include "model/docker.hpp"
#include "model/intent.hpp"

namespace onlan::plan {

// The names of what onlan makes for a LAN, and the mark by which it knows them again.
[[nodiscard]] std::string second_bridge(const model::Lan& lan);
[[nodiscard]] std::string uplink_end(const model::Lan& lan);
[[nodiscard]] std::string container_end(const model::Lan& lan);
// The ifalias of its links, and how the comments of its rules begin: "onlan:lan137".
[[nodiscard]] std::string link_alias(const model::Lan& lan);
// The label of its Docker network, whose value is the LAN's name.
inline constexpr std::string_view kDockerLabel = "onlan.lan";

// Did onlan have Docker make this network, for this LAN?
[[nodiscard]] bool is_own_network(const model::DockerNetwork& network, const model::Lan& lan);

} // namespace onlan::plan
