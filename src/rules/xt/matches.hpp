#pragma once

#include <string_view>

#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

// One for each group of matches: adds what the match asks to the rule. False if it is none of the
// group's.
[[nodiscard]] Result<bool> add_transport(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_icmp(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_conntrack(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_marks(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_devices(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_addresses(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_header(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_socket(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_ipset(const Extension& match, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_uncertain(const Extension& match, const Scope& scope, Draft& draft);

// -s, -d, -i, -o, -p and -f
[[nodiscard]] Result<> add_base(const Option& option, const Scope& scope, Draft& draft);

[[nodiscard]] Result<> add_target(const ParsedRule& rule, const Scope& scope, Draft& draft);

} // namespace onlan::rules::xt
