#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/set.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

Result<> add_vmap(const std::string& /*name*/, const Json& json, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const Json* key_json, member(json, "key"));
    ONLAN_TRY(const Json* data, member(json, "data"));
    ONLAN_TRY(Operand key, operand(*key_json, scope));
    add_needs(key, draft);
    ONLAN_TRY(auto map, set_operand(*data, {.key = key.types, .data = {Datatype::verdict}}, scope));
    const bool fits = std::ranges::all_of(map->elements(), [&](const Element& element) {
        return element.key.size() == key.parts.size();
    });
    if (!fits)
        return not_understood(fmt::format("a key of the wrong size: {}", shown(json)));
    draft.add(OtherStep(DecideByMap{.key = std::move(key.parts), .map = std::move(map)}));
    return {};
}

} // namespace

std::span<const Statement> vmap()
{
    static constexpr auto kRows = std::to_array<Statement>({{"vmap", add_vmap, lookup_words}});
    return kRows;
}

} // namespace onlan::rules::nft::statements
