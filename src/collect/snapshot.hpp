#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace onlan::collect {

// Told as namespaces are read: how many, of how many that are known by now. Called on any thread,
// one call at a time.
using Progress = std::function<void(std::size_t done, std::size_t known)>;

// The state of every namespace that can be reached from this thread's over veth, macvlan and ipvlan
// peers, and of every running container's; and of the Docker engine at `docker_host`. Changes
// nothing and loads no kernel module. A namespace that ends meanwhile is left out.
[[nodiscard]] Result<model::Snapshot> collect_snapshot(const std::string& docker_host,
                                                       const Progress& progress);

} // namespace onlan::collect
