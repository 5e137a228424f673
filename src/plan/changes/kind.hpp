#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.hpp"
#include "model/host.hpp"
#include "model/snapshot_fields.hpp"

namespace onlan::plan {

// Changes of an uplink are made in this order, and undone in reverse, however many repairs have
// come between: an address before the routes that need it, and so on.
enum class Phase : std::uint8_t {
    links,
    remove_routes,
    remove_addresses,
    add_addresses,
    add_routes,
    policy_rules,
};

// What is to be known of all changes of one kind.
struct Kind {
    std::string_view word; // in the journal
    Phase phase = Phase::links;
    bool marked = false; // what it makes carries onlan's mark: an alias, a comment, a label
    // Rules can be saved and restored by others (iptables-persistent, nftables.service) and Docker
    // keeps its networks; all else ends with the kernel that held it.
    bool outlives_boot = false;
};

// Where a change takes effect: its namespace, and the snapshot around it for what reaches further.
struct Place {
    model::Snapshot& snapshot;
    model::Netns& netns;
};

// Each quoted for a shell, to be run as they are.
using Commands = std::vector<std::string>;

} // namespace onlan::plan
