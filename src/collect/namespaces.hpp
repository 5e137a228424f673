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

// This thread's namespace, and every other one that has a running container, a name in /run/netns
// or a process; by its inode. One with several names has the first of these.
using Namespaces = std::map<std::uint64_t, NamedNetns>;
[[nodiscard]] Result<Namespaces> find_namespaces(const std::vector<Process>& processes,
                                                 const model::DockerEngine* engine);

} // namespace onlan::collect
