#pragma once

#include <array>
#include <set>
#include <string>

#include "formats/text/form.hpp"
#include "formats/text/paste.hpp"

namespace onlan::formats::text {

inline constexpr auto kNatTargets =
    std::to_array<std::string_view>({"DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP"});

// iptables, ip6tables-save, iptables-legacy…
[[nodiscard]] bool is_iptables(const Command& command);
// By the command's name, or by the addresses in what it printed.
[[nodiscard]] net::Family family_of(const Excerpt& excerpt);

// By what a table shows itself where nobody says which it is.
struct Hints {
    std::set<std::string> chains; // built-in ones
    bool translates = false;      // some rule has a target that only nat takes
};
[[nodiscard]] std::string table_from(const Hints& hints);

// A table that was pasted twice counts as it was pasted last.
void add_tables(model::XtablesRuleset rules, Part& part);

} // namespace onlan::formats::text
