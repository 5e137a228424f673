#include <iterator>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

void append(Operand& all, Operand part)
{
    std::ranges::move(part.parts, std::back_inserter(all.parts));
    std::ranges::move(part.types, std::back_inserter(all.types));
    std::ranges::move(part.needs, std::back_inserter(all.needs));
    all.conntrack = all.conntrack || part.conntrack;
}

Result<Operand> read_concat(const std::string& /*name*/, const Json& list, const Scope& scope)
{
    if (!list.is_array() || list.empty())
        return not_understood(fmt::format("an empty concatenation: {}", shown(list)));
    Operand all;
    for (const Json& one : list) {
        ONLAN_TRY(Operand part, operand(one, scope));
        append(all, std::move(part));
    }
    return all;
}

std::string concat_words(const std::string& /*name*/, const Json& list)
{
    return joined(list, " . ");
}

} // namespace

std::span<const ExpressionKind> concat()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"concat", read_concat, concat_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
