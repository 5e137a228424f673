#pragma once

#include <vector>

#include "rules/machine/program.hpp"
#include "rules/nft/datatype.hpp"
#include "rules/nft/json.hpp"
#include "rules/nft/scope.hpp"

namespace onlan::rules::nft {

// An expression that a rule computes: its parts, if it is a concatenation, how values beside it are
// written, and what must hold for it to be there at all. nft leaves that last out where it goes
// without saying: `tcp dport 80` stands for `meta l4proto tcp tcp dport 80`.
struct Operand {
    std::vector<Expression> parts;
    std::vector<Datatype> types;
    std::vector<CompareExpression> needs;
    bool conntrack = false;

    [[nodiscard]] static Operand of(Field field)
    {
        return {.parts = {Expression{.source = field}}, .types = {datatype_of(field)}};
    }
};

[[nodiscard]] Result<Operand> operand(const Json& json, const Scope& scope);
// `json` may also be a constant of `datatype`.
[[nodiscard]] Result<Operand>
operand_or_constant(const Json& json, Datatype datatype, const Scope& scope);

// One for each kind of expression.
[[nodiscard]] Result<Operand> meta(const Json& json);
[[nodiscard]] Result<Operand> payload(const Json& json, const Scope& scope);
[[nodiscard]] Result<Operand> ct(const Json& json);
[[nodiscard]] Result<Operand> fib(const Json& json);
[[nodiscard]] Result<Operand> numgen(const std::string& name, const Json& json);
[[nodiscard]] Result<Operand> extension_header(const std::string& name, const Json& json);
[[nodiscard]] Result<Operand> map_lookup(const Json& json, Datatype data, const Scope& scope);

} // namespace onlan::rules::nft
