#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/docker.hpp"
#include "model/netns.hpp"

namespace onlan::model {

// A host's whole network state, as collected at one time: everything that decides what happens to a
// packet (docs/snapshot.md).
struct Snapshot {
    std::string kernel; // release, for people: what the kernel can do is in `features`
    // What the kernel was seen to have or not to have. What could not be asked is absent.
    std::map<std::string, bool> features;
    std::vector<Netns> namespaces; // the first is the host
    // Why there is no engine when there is none: not installed, not running, no permission.
    std::optional<DockerEngine> docker;
    std::string docker_missing;

    [[nodiscard]] const Netns* find_netns(std::string_view name) const;
    [[nodiscard]] const Netns* find_netns(std::uint64_t inode) const;

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

} // namespace onlan::model
