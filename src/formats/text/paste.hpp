#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text/excerpt.hpp"
#include "model/snapshot.hpp"

namespace onlan::formats::text {

// What can be told of a network namespace. What nothing tells is assumed (assume.hpp).
enum class Topic : std::uint8_t {
    devices,
    kinds, // of devices: `ip -details`
    addresses,
    routes,
    routes6,
    local_routes, // of the table local, and of the others
    policy_rules,
    policy_rules6,
    fdb,
    nftables,
    sockets,
};

// What is known so far of one network namespace.
struct Part {
    model::Netns netns;
    std::set<Topic> told;
    std::set<std::string> only_named; // devices that nothing lists

    // The index of the device, which is made where none of its name is known.
    int device(std::string_view name);
    // Null where it is not known.
    [[nodiscard]] model::Link* find_device(std::string_view name);
    [[nodiscard]] model::XtablesRuleset& xtables(net::Family family);
    [[nodiscard]] bool has_rules(net::Family family, std::string_view table) const;
};

// Lines that told nothing.
struct Unused {
    std::size_t number = 0; // of the first
    std::size_t lines = 1;
    std::string text; // the first
    std::string why;

    friend bool operator==(const Unused&, const Unused&) = default;
};

// Everything that a paste tells, as it is read: one excerpt after the other.
struct Paste {
    std::map<std::string, Part> parts; // by the namespace's name
    model::DockerEngine docker;
    std::map<std::string, std::string> modes; // container → its network mode
    bool docker_told = false;
    std::vector<Unused> unused;
    std::vector<std::string> cut;  // what lines were left out of
    std::set<std::string> modules; // that are loaded, where `lsmod` tells

    Part& part(const Excerpt& excerpt);
    void not_used(const Line& line, std::string_view why);
};

} // namespace onlan::formats::text
