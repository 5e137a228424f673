#include "collect/docker.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "formats/docker_json.hpp"

namespace onlan::collect {

Result<model::DockerEngine> collect_docker(const io::DockerApi& docker)
{
    ONLAN_TRY(const nlohmann::json info, docker.get("/info"));
    ONLAN_TRY(const nlohmann::json networks, docker.get("/networks"));
    ONLAN_TRY(const nlohmann::json containers, docker.get("/containers/json?all=1"));
    return formats::docker_engine_from_json(info, networks, containers);
}

Result<> collect_container_pids(const io::DockerApi& docker, model::DockerEngine& engine)
{
    for (model::DockerContainer& container : engine.containers) {
        if (!container.running)
            continue;
        const auto inspected = docker.get(fmt::format("/containers/{}/json", container.id));
        if (!inspected && inspected.error().code == Failed::not_found)
            continue; // it has ended since it was listed
        if (!inspected)
            return Failure{inspected.error()};
        ONLAN_TRY(const formats::InspectedContainer found,
                  formats::docker_container_from_json(*inspected));
        container.pid = found.container.pid;
    }
    return {};
}

} // namespace onlan::collect
