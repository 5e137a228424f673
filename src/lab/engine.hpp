#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "base/result.hpp"
#include "kernel/netns.hpp"

namespace onlan::lab {

// Where dockerd is in the file system in `root`. Failed::missing_feature when it is nowhere.
[[nodiscard]] Result<std::string> find_dockerd(const std::filesystem::path& root);

// Starts dockerd from the file system in `root`, with `host` as its host's network, and mounts and
// process numbers of its own: when the returned process is killed, everything of it is gone, its
// containers too. Its socket, data and log are in `folder`.
[[nodiscard]] Result<pid_t> start_dockerd(const std::filesystem::path& root,
                                          const kernel::NetnsHandle& host,
                                          const std::filesystem::path& folder);

} // namespace onlan::lab
