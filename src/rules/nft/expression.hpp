#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/machine/program.hpp"
#include "rules/nft/datatype.hpp"
#include "rules/nft/json.hpp"
#include "rules/nft/scope.hpp"
#include "rules/nft/words.hpp"

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
    // The packet has it, the model does not.
    [[nodiscard]] static Operand untold()
    {
        return {.parts = {Expression{.source = Field::unknown}}, .types = {Datatype::other}};
    }
};

// {"name": inner}: what a rule computes with it, and how nft writes it.
struct ExpressionKind {
    std::string_view name;
    Result<Operand> (*read)(const std::string& name, const Json& inner, const Scope& scope);
    std::string (*text)(const std::string& name, const Json& inner) = plain_words;
};

// Each file of expressions/ has the rows of its kinds; a further one is a file and its name here.
namespace expressions {
using Rows = std::span<const ExpressionKind>();
Rows concat, constants, ct, exthdr, fib, map, meta, numgen, operation, payload, socket, untold;
inline constexpr std::array kFiles = {concat, constants, ct,        exthdr,  fib,    map,
                                      meta,   numgen,    operation, payload, socket, untold};
} // namespace expressions

// Null if the name is not known.
[[nodiscard]] const ExpressionKind* find_expression(std::string_view name);

[[nodiscard]] Result<Operand> operand(const Json& json, const Scope& scope);
// `json` may also be a constant of `datatype`.
[[nodiscard]] Result<Operand>
operand_or_constant(const Json& json, Datatype datatype, const Scope& scope);

// `data` says how the data of an anonymous map is written.
[[nodiscard]] Result<Operand> map_lookup(const Json& json, Datatype data, const Scope& scope);

} // namespace onlan::rules::nft
