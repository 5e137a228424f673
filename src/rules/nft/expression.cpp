#include "rules/nft/expression.hpp"

#include <iterator>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"

namespace onlan::rules::nft {
namespace {

void append(Operand& all, Operand part)
{
    std::ranges::move(part.parts, std::back_inserter(all.parts));
    std::ranges::move(part.types, std::back_inserter(all.types));
    std::ranges::move(part.needs, std::back_inserter(all.needs));
    all.conntrack = all.conntrack || part.conntrack;
}

Result<Operand> concatenation(const Json& list, const Scope& scope)
{
    if (!list.is_array() || list.empty())
        return malformed(fmt::format("a concatenation of nothing: {}", shown(list)));
    Operand all;
    for (const Json& one : list) {
        ONLAN_TRY(Operand part, operand(one, scope));
        append(all, std::move(part));
    }
    return all;
}

std::optional<Operation::Kind> operation_kind(const std::string& name)
{
    if (name == "&")
        return Operation::Kind::bit_and;
    if (name == "|")
        return Operation::Kind::bit_or;
    if (name == "^")
        return Operation::Kind::bit_xor;
    if (name == "<<")
        return Operation::Kind::left;
    if (name == ">>")
        return Operation::Kind::right;
    return std::nullopt;
}

Result<Operand> operation(Operation::Kind kind, const Json& sides, const Scope& scope)
{
    if (!sides.is_array() || sides.size() < 2)
        return malformed(fmt::format("an operation needs two sides: {}", shown(sides)));
    ONLAN_TRY(Operand left, operand(sides[0], scope));
    if (left.parts.size() != 1)
        return malformed(fmt::format("an operation on a concatenation: {}", shown(sides)));
    for (std::size_t at = 1; at < sides.size(); ++at) {
        ONLAN_TRY(const Value right, constant(sides[at], left.types.front(), scope.devices));
        left.parts.front().operations.push_back({.kind = kind, .operand = right});
    }
    return left;
}

Result<Operand> unknown_value()
{
    return Operand{.parts = {Expression{.source = Field::unknown}}, .types = {Datatype::other}};
}

} // namespace

Result<Operand> operand(const Json& json, const Scope& scope)
{
    const std::string* name = only_name(json);
    if (name == nullptr)
        return not_understood(fmt::format("{} is no expression that is known", shown(json)));
    const Json& inner = json.begin().value();
    if (const auto kind = operation_kind(*name))
        return operation(*kind, inner, scope);
    if (*name == "meta")
        return meta(inner);
    if (*name == "payload")
        return payload(inner, scope);
    if (*name == "ct")
        return ct(inner);
    if (*name == "fib")
        return fib(inner);
    if (*name == "concat")
        return concatenation(inner, scope);
    if (*name == "map")
        return map_lookup(inner, Datatype::integer, scope);
    if (*name == "numgen" || *name == "jhash" || *name == "symhash")
        return numgen(*name, inner);
    if (*name == "exthdr" || *name == "ip option" || *name == "tcp option" ||
        *name == "sctp chunk" || *name == "dccp option")
        return extension_header(*name, inner);
    // No packet of ours goes into an IPsec transformation.
    if (*name == "rt" && optional_text(inner, "key") == "ipsec")
        return Operand{.parts = {Expression{.source = Value{}}}, .types = {Datatype::boolean}};
    // They exist, but no snapshot tells them.
    if (*name == "rt" || *name == "socket" || *name == "osf" || *name == "ipsec")
        return unknown_value();
    return not_understood(fmt::format("the expression {} is not known", *name));
}

Result<Operand> operand_or_constant(const Json& json, Datatype datatype, const Scope& scope)
{
    const std::string* name = only_name(json);
    if (name != nullptr && *name == "map")
        return map_lookup(json.begin().value(), datatype, scope);
    if (name != nullptr && (*name != "|" || !constant(json, datatype, scope.devices)))
        return operand(json, scope);
    ONLAN_TRY(const Value value, constant(json, datatype, scope.devices));
    return Operand{.parts = {Expression{.source = value}}, .types = {datatype}};
}

} // namespace onlan::rules::nft
