#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

constexpr auto kKinds = std::to_array<std::pair<std::string_view, Operation::Kind>>({
    {"&", Operation::Kind::bit_and},
    {"|", Operation::Kind::bit_or},
    {"^", Operation::Kind::bit_xor},
    {"<<", Operation::Kind::left},
    {">>", Operation::Kind::right},
});

Result<Operand> read_operation(const std::string& name, const Json& sides, const Scope& scope)
{
    const auto* kind = std::ranges::find(kKinds, name, &decltype(kKinds)::value_type::first);
    if (!sides.is_array() || sides.size() < 2)
        return not_understood(fmt::format("an operation needs two sides: {}", shown(sides)));
    ONLAN_TRY(Operand left, operand(sides[0], scope));
    if (left.parts.size() != 1)
        return not_understood(fmt::format("an operation on a concatenation: {}", shown(sides)));
    for (std::size_t at = 1; at < sides.size(); ++at) {
        ONLAN_TRY(const Value right, constant(sides[at], left.types.front(), scope.devices));
        left.parts.front().operations.push_back({.kind = kind->second, .operand = right});
    }
    return left;
}

// [left, right, …]
std::string operation_words(const std::string& name, const Json& sides)
{
    return joined(sides, fmt::format(" {} ", name));
}

} // namespace

std::span<const ExpressionKind> operation()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"&", read_operation, operation_words},
        {"|", read_operation, operation_words},
        {"^", read_operation, operation_words},
        {"<<", read_operation, operation_words},
        {">>", read_operation, operation_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
