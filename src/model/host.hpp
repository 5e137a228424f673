#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/docker.hpp"
#include "model/netns.hpp"

namespace onlan::model {

// What `onlan up` looks at: the namespace that onlan runs in, and the Docker engine beside it, as
// collected at one time. Of nftables only what it needs is read, however many rules there are:
// `nftables`, `ipsets`, `conntrack` and `sockets` stay empty.
struct Host : Netns {
    std::vector<NftBaseChain> base_chains;
    std::vector<NftInterfaceRule> interface_rules;
    std::vector<NftOwnRule> own_rules; // of the table `inet onlan`
    // Why there is no engine when there is none: not installed, not running, no permission.
    std::optional<DockerEngine> docker;
    std::string docker_missing;
};

} // namespace onlan::model
