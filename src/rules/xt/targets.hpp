#pragma once

#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

// One for each group of targets: adds what the target does to the rule. False if it is none of the
// group's.
[[nodiscard]] Result<bool> add_nat(const Extension& target, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_reject(const Extension& target, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool>
add_mark_target(const Extension& target, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool> add_ct_target(const Extension& target, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool>
add_header_target(const Extension& target, const Scope& scope, Draft& draft);
[[nodiscard]] Result<bool>
add_other_target(const Extension& target, const Scope& scope, Draft& draft);

} // namespace onlan::rules::xt
