#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "collect/processes.hpp"
#include "model/docker.hpp"

namespace onlan::collect {

// A network namespace that this host has, and a path to it.
struct NamedNetns {
    std::string name; // "host", "container:web", "netns:blue" or "pid:4711"
    std::filesystem::path path;
    bool of_container = false;
};

// Every namespace that has a name in /run/netns, a running container or a process; by its inode.
// One with several names has the first of these. "The host" is this thread's.
using Namespaces = std::map<std::uint64_t, NamedNetns>;
[[nodiscard]] Result<Namespaces> find_namespaces(const std::vector<Process>& processes,
                                                 const model::DockerEngine* engine);

} // namespace onlan::collect
