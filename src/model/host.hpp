#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/snapshot.hpp"

namespace onlan::model {

// What `onlan up` looks at: one namespace of a snapshot, and the Docker engine beside it. A view:
// the snapshot must outlive it.
struct Host {
    const Netns& netns;
    const std::optional<DockerEngine>& docker;
    const std::string& docker_missing;
    // What the namespace's nftables listing tells.
    std::vector<NftBaseChain> base_chains;
    std::vector<NftInterfaceRule> interface_rules;
    std::vector<NftOwnRule> own_rules; // of the table `inet onlan`

    // Of the namespace that onlan runs in.
    Host(const Snapshot& snapshot); // NOLINT(google-explicit-constructor): it is the same, seen
    Host(const Snapshot& snapshot, const Netns& of);
};

} // namespace onlan::model
