#include "rules/nft/expression.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"

namespace onlan::rules::nft {

const ExpressionKind* find_expression(std::string_view name)
{
    for (expressions::Rows* file : expressions::kFiles) {
        const std::span<const ExpressionKind> rows = file();
        const auto row = std::ranges::find(rows, name, &ExpressionKind::name);
        if (row != rows.end())
            return &*row;
    }
    return nullptr;
}

Result<Operand> operand(const Json& json, const Scope& scope)
{
    const std::string* name = only_name(json);
    if (name == nullptr)
        return not_understood(fmt::format("{} is not a known expression", shown(json)));
    const ExpressionKind* kind = find_expression(*name);
    if (kind == nullptr)
        return not_understood(fmt::format("the expression {} is not known", *name));
    return kind->read(*name, json.begin().value(), scope);
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
