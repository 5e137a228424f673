#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/docker.hpp"

namespace onlan::collect {

// A process, as far as packets are concerned.
struct Process {
    int pid = 0;
    std::uint64_t netns = 0; // inode
    std::string program;
};

// Those that /proc shows and lets us look at; one that ends meanwhile is left out.
[[nodiscard]] std::vector<Process> list_processes();

// Socket inode → program, for the sockets that these processes hold.
[[nodiscard]] std::unordered_map<std::uint64_t, std::string>
programs_by_socket(const std::vector<Process>& processes);

// Docker's userland proxies among them, in the namespace `netns`: another engine of this machine
// may have its own in another.
[[nodiscard]] std::vector<model::DockerProxy> docker_proxies(const std::vector<Process>& processes,
                                                             std::uint64_t netns);

// A proxy by its command line, its words separated by zero bytes; nothing for another program.
// Pure.
[[nodiscard]] std::optional<model::DockerProxy>
docker_proxy_from_command_line(std::string_view words);

} // namespace onlan::collect
