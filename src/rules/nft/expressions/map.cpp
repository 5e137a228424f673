#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"
#include "rules/nft/set.hpp"

namespace onlan::rules::nft {

// `key map @name` or `key map { … }`; an operand with as many parts as the map's data has. `data`
// says how the data of an anonymous one is written; an address may come with a port.
Result<Operand> map_lookup(const Json& json, Datatype data, const Scope& scope)
{
    ONLAN_TRY(const Json* key_json, member(json, "key"));
    ONLAN_TRY(const Json* set_json, member(json, "data"));
    ONLAN_TRY(Operand key, operand(*key_json, scope));
    std::vector<Datatype> data_types = {data};
    if (data == Datatype::address)
        data_types.push_back(Datatype::inet_service);
    ONLAN_TRY(const auto map,
              set_operand(*set_json, {.key = key.types, .data = data_types}, scope));
    std::size_t parts = 1;
    for (const Element& element : map->elements()) {
        if (const auto* values = std::get_if<Intervals>(&element.data))
            parts = std::max(parts, values->size());
        if (element.key.size() != key.parts.size())
            return not_understood(fmt::format("a key of the wrong size: {}", shown(json)));
    }
    Operand operand{.needs = std::move(key.needs), .conntrack = key.conntrack};
    for (std::size_t part = 0; part < parts; ++part) {
        operand.parts.push_back(
            Expression{.source = MapLookup{.map = map, .key = key.parts, .part = part}});
        operand.types.push_back(data_types[std::min(part, data_types.size() - 1)]);
    }
    return operand;
}

namespace {

Result<Operand> read_map(const std::string& /*name*/, const Json& map, const Scope& scope)
{
    return map_lookup(map, Datatype::integer, scope);
}

} // namespace

std::span<const ExpressionKind> expressions::map()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({{"map", read_map, lookup_words}});
    return kRows;
}

} // namespace onlan::rules::nft
