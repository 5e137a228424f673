#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::model {

// A pair such as a range of ports, or a mark with its mask.
template <typename Number>
struct Pair {
    Number first = 0;
    Number second = 0;

    friend bool operator==(const Pair&, const Pair&) = default;
};

// FR_ACT_* of include/uapi/linux/fib_rules.h.
enum class RuleAction : std::uint8_t {
    lookup = 1,
    go_to = 2,
    nop = 3,
    blackhole = 6,
    unreachable = 7,
    prohibit = 8,
};

// All of a policy routing rule in the words that ip-rule(8) has for it: what the model keeps as
// bytes, read.
struct PolicyRule {
    net::Family family = net::Family::ipv4;
    std::uint32_t priority = 0;
    bool inverted = false; // "not"
    std::optional<net::Prefix> from;
    std::optional<net::Prefix> to;
    std::string input_interface;
    std::string output_interface;
    std::uint8_t tos = 0;
    std::optional<Pair<std::uint32_t>> mark; // value, mask
    std::optional<Pair<std::uint32_t>> users;
    std::optional<std::uint8_t> ip_protocol;
    std::optional<Pair<std::uint16_t>> source_ports;
    std::optional<Pair<std::uint16_t>> destination_ports;
    std::uint8_t protocol = 0; // RTPROT_*: who made it
    RuleAction action = RuleAction::lookup;
    std::uint32_t table = 0;  // of a lookup
    std::uint32_t target = 0; // of a goto
    bool l3mdev = false;      // the table is that of the device's VRF
    std::optional<std::uint32_t> realms;
    std::optional<std::uint32_t> suppressed_length;
    std::optional<std::uint32_t> suppressed_group;

    friend bool operator==(const PolicyRule&, const PolicyRule&) = default;
};

// Fails on a rule that holds something that has no member above.
[[nodiscard]] Result<PolicyRule> policy_rule(const Rule& rule);

} // namespace onlan::model
