#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/docker.hpp"

namespace onlan::formats {

// What GET /info, /networks and /containers/json of the Engine API answered.
[[nodiscard]] Result<model::DockerEngine> docker_engine_from_json(const nlohmann::json& info,
                                                                  const nlohmann::json& networks,
                                                                  const nlohmann::json& containers);

// A network as GET /networks lists it.
[[nodiscard]] Result<model::DockerNetwork> docker_network_from_json(const nlohmann::json& listed);
// The same with the containers on it, as `docker network inspect` shows it.
[[nodiscard]] Result<model::DockerNetwork>
docker_network_with_endpoints(const nlohmann::json& inspected);

// A container as GET /containers/ID/json and `docker inspect` have it.
struct InspectedContainer {
    struct Attachment {
        std::string network;
        std::string network_id;
        std::optional<net::IpAddress> gateway;
        model::DockerEndpoint endpoint;
    };
    model::DockerContainer container;
    std::string network_mode; // "host", "container:ID", or a network
    std::vector<Attachment> attached;
};
[[nodiscard]] Result<InspectedContainer>
docker_container_from_json(const nlohmann::json& inspected);

} // namespace onlan::formats
