#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/link.hpp"

namespace onlan::model {

// Both included.
struct NumberRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;

    friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

// A `Rule`, its bytes understood: `ip rule` in words instead of struct fib_rule_hdr and FRA_*.
struct PolicyRule {
    net::Family family = net::Family::ipv4;
    std::uint32_t priority = 0;
    bool invert = false;
    std::optional<net::Prefix> from;
    std::optional<net::Prefix> to;
    std::string input_interface;
    std::string output_interface;
    std::uint8_t tos = 0;
    std::uint32_t mark = 0;
    std::optional<std::uint32_t> mark_mask;
    std::uint8_t ip_protocol = 0;
    std::optional<NumberRange> source_ports;
    std::optional<NumberRange> destination_ports;
    std::optional<NumberRange> uids;
    bool l3mdev = false;
    std::uint8_t action = 1;  // FR_ACT_*: 1 is "to a table"
    std::uint32_t table = 0;  // of action 1
    std::uint32_t target = 0; // of action FR_ACT_GOTO: a priority
    std::optional<std::uint32_t> suppress_prefixlength;
    std::optional<std::uint32_t> suppress_ifgroup;
    std::uint8_t protocol = 0;       // RTPROT_*: who made it
    std::vector<std::uint8_t> other; // attributes that are none of these, as they came

    friend bool operator==(const PolicyRule&, const PolicyRule&) = default;
};

// Pure, and safe on any bytes. Taken there and back, a rule says the same; the order of its
// attributes may differ.
[[nodiscard]] PolicyRule policy_rule_from(const Rule& rule);
[[nodiscard]] Rule rule_from(const PolicyRule& rule);

} // namespace onlan::model
