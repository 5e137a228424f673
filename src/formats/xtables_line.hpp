#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/ip_address.hpp"

namespace onlan::formats {

struct XtablesCounters {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};

// "[12:3400]"; what is no number counts as zero.
[[nodiscard]] XtablesCounters xtables_counters(std::string_view text);

// Words as a shell and iptables-restore separate them: by blanks, with quotes of both kinds around
// words that hold some, and a backslash before a quote or backslash inside (add_param_to_argv(),
// iptables/xshared.c). None: a quote stays open.
[[nodiscard]] std::optional<std::vector<std::string>> split_words(std::string_view line);

// A line of arguments of `iptables`, taken apart as far as it says what becomes of which chain.
// What cannot be split into words stands in `rest` as one, which no reader takes for a rule.
struct XtablesLine {
    enum class Command : std::uint8_t {
        none, // it names none, or one that changes no rules
        nothing,
        append,
        insert,
        replace,
        remove,
        policy,
        new_chain,
        delete_chain,
        flush
    };
    Command command = Command::none;
    std::string table; // empty: not named
    std::string chain;
    std::optional<net::Family> only_family; // -4 and -6
    XtablesCounters counters;
    std::vector<std::string> rest;
};
[[nodiscard]] XtablesLine read_xtables_line(std::string_view line);

// "-s A,B -d C,D" stands for a rule with each pair (append_entry(), iptables/iptables.c).
[[nodiscard]] std::vector<std::vector<std::string>>
one_rule_per_address(const std::vector<std::string>& words);

} // namespace onlan::formats
