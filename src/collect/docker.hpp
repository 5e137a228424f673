#pragma once

#include "base/result.hpp"
#include "io/docker_api.hpp"
#include "model/docker.hpp"
#include "model/snapshot.hpp"

namespace onlan::collect {

// Docker's networks and containers in four requests, however many there are.
[[nodiscard]] Result<model::DockerEngine> collect_docker(const io::DockerApi& docker);

// The processes of the running containers, in a request for each: their namespaces are found by
// them.
[[nodiscard]] Result<> collect_container_pids(const io::DockerApi& docker,
                                              model::DockerEngine& engine);

// Into the snapshot, or into its `docker_missing` why there is none.
inline void keep_engine(Result<model::DockerEngine> engine, model::Snapshot& snapshot)
{
    if (engine)
        snapshot.docker = *std::move(engine);
    else
        snapshot.docker_missing = std::move(engine).error().message;
}

} // namespace onlan::collect
