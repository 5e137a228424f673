#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::model {

// Both included.
struct NumberRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;

    friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

struct MaskedMark {
    std::uint32_t value = 0;
    std::uint32_t mask = 0xFFFFFFFF;

    friend bool operator==(const MaskedMark&, const MaskedMark&) = default;
};

// FR_ACT_* of include/uapi/linux/fib_rules.h.
namespace rule_action {
enum : std::uint8_t {
    lookup = 1,
    go_to = 2,
    nop = 3,
    blackhole = 6,
    unreachable = 7,
    prohibit = 8,
};
} // namespace rule_action

// All of a policy routing rule in the words that ip-rule(8) has for it: what the model keeps as
// bytes, read.
struct PolicyRule {
    net::Family family = net::Family::ipv4;
    std::uint32_t priority = 0;
    bool invert = false; // "not"
    std::optional<net::Prefix> from;
    std::optional<net::Prefix> to;
    std::string input_interface;
    std::string output_interface;
    std::uint8_t tos = 0;
    std::optional<MaskedMark> mark;
    std::uint8_t ip_protocol = 0; // 0: any
    std::optional<NumberRange> source_ports;
    std::optional<NumberRange> destination_ports;
    std::optional<NumberRange> uids;
    bool l3mdev = false; // the table is that of the device's VRF
    std::uint8_t action = rule_action::lookup;
    std::uint32_t table = 0;  // of a lookup
    std::uint32_t target = 0; // of a goto: a priority
    std::optional<std::uint32_t> realms;
    std::optional<std::uint32_t> suppress_prefixlength;
    std::optional<std::uint32_t> suppress_ifgroup;
    std::uint8_t protocol = 0; // RTPROT_*: who made it
    std::vector<std::uint8_t>
        other; // attributes that are none of these, or malformed, as they came

    friend bool operator==(const PolicyRule&, const PolicyRule&) = default;
};

// Pure, and safe on any bytes. Taken there and back, a rule says the same; the order of its
// attributes may differ.
[[nodiscard]] PolicyRule policy_rule_from(const Rule& rule);
[[nodiscard]] Rule rule_from(const PolicyRule& rule);

// The same for who has to say all of it: fails on a rule that holds something without a member
// above.
[[nodiscard]] Result<PolicyRule> whole_policy_rule(const Rule& rule);

} // namespace onlan::model
