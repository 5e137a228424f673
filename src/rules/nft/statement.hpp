#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "rules/machine/program.hpp"
#include "rules/nft/expression.hpp"
#include "rules/nft/json.hpp"
#include "rules/nft/scope.hpp"
#include "rules/nft/words.hpp"

namespace onlan::rules::nft {

// {"name": inner} in a rule: what it adds to the rule's steps, and how nft writes it.
struct Statement {
    std::string_view name;
    Result<> (*add)(const std::string& name, const Json& inner, const Scope& scope, Draft& draft);
    std::string (*text)(const std::string& name, const Json& inner) = plain_words;
};

// Each file of statements/ has the rows of its kinds; a further one is a file and its name here.
namespace statements {
using Rows = std::span<const Statement>();
Rows harmless, limit, mangle, match, nat, notrack, reject, set_update, taken_away, verdict, vmap,
    xt;
inline constexpr std::array kFiles = {harmless, limit,      mangle,     match,   nat,  notrack,
                                      reject,   set_update, taken_away, verdict, vmap, xt};
} // namespace statements

// Null if the name is not known.
[[nodiscard]] const Statement* find_statement(std::string_view name);

// Adds what one element of a rule's "expr" does to the rule.
[[nodiscard]] Result<> add_statement(const Json& json, const Scope& scope, Draft& draft);

// What an expression needs to be there at all.
void add_needs(const Operand& operand, Draft& draft);
// `inner` of a limit, a quota or a count of connections, which packets before this one may have
// used up: it is taken as not exceeded.
void add_within_limit(std::string_view name, const Json& inner, Draft& draft);

} // namespace onlan::rules::nft
