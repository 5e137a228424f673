#pragma once

#include <string>

#include "rules/machine/program.hpp"
#include "rules/nft/expression.hpp"
#include "rules/nft/json.hpp"
#include "rules/nft/scope.hpp"

namespace onlan::rules::nft {

// Adds what one element of a rule's "expr" does to the rule.
[[nodiscard]] Result<> add_statement(const Json& json, const Scope& scope, Draft& draft);

// One for each kind of statement.
[[nodiscard]] Result<> add_match(const Json& json, const Scope& scope, Draft& draft);
[[nodiscard]] Result<> add_vmap(const Json& json, const Scope& scope, Draft& draft);
[[nodiscard]] Result<> add_mangle(const Json& json, const Scope& scope, Draft& draft);
[[nodiscard]] Result<>
add_nat(const std::string& name, const Json& json, const Scope& scope, Draft& draft);
[[nodiscard]] Result<> add_reject(const Json& json, const Scope& scope, Draft& draft);
[[nodiscard]] Result<> add_tproxy(const Json& json, const Scope& scope, Draft& draft);
[[nodiscard]] Result<> add_set_update(const Json& json, Draft& draft);
[[nodiscard]] Result<> add_xt(const Json& json, Draft& draft);

// What an expression needs to be there at all.
void add_needs(const Operand& operand, Draft& draft);

} // namespace onlan::rules::nft
