#pragma once

#include <string>
#include <string_view>

#include "formats/text/paste.hpp"

namespace onlan::formats::text {

// The network of this id, or else of this name; made where it is not known.
[[nodiscard]] model::DockerNetwork&
network_of(model::DockerEngine& docker, std::string_view name, std::string_view id);
// The container of this id or the beginning of it, or else of this name; made where it is not
// known.
[[nodiscard]] model::DockerContainer&
container_of(model::DockerEngine& docker, std::string_view name, std::string_view id);
// Adds the endpoint, or what it knows more than the one of the same container.
void add_endpoint(model::DockerNetwork& network, model::DockerEndpoint endpoint);
// Adds the port where it is not known.
void add_port(model::DockerContainer& container, const model::PublishedPort& port);

} // namespace onlan::formats::text
