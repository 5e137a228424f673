#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "io/docker_api.hpp"
#include "model/docker.hpp"

namespace onlan::apply {

// Makes the network, unless one of its name is there with the same labels: then it is the one.
[[nodiscard]] Result<> create_own_network(const io::DockerApi& docker,
                                          const model::DockerNetwork& network);
// Removes the network of that name if it carries the same labels. Nothing there: done. Containers
// on it: Failed::conflict, which names them.
[[nodiscard]] Result<> remove_own_network(const io::DockerApi& docker,
                                          const model::DockerNetwork& network);

// The body of POST /networks/create. Pure.
[[nodiscard]] nlohmann::json create_request(const model::DockerNetwork& network);

} // namespace onlan::apply
