#include "rules/nft/set.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"
#include "rules/nft/verdict.hpp"

namespace onlan::rules::nft {
namespace {

// The parts of a key or of data: a concatenation, or a single value.
Result<Intervals>
parts_of(const Json& json, const std::vector<Datatype>& types, const Devices& devices)
{
    const Json* concat = find_member(json, "concat");
    Intervals parts;
    const std::size_t size = concat != nullptr && concat->is_array() ? concat->size() : 1;
    for (std::size_t at = 0; at < size; ++at) {
        const Datatype type =
            types.empty() ? Datatype::integer : types[std::min(at, types.size() - 1)];
        ONLAN_TRY(const Interval part,
                  interval(concat == nullptr || !concat->is_array() ? json : (*concat)[at], type,
                           devices));
        parts.push_back(part);
    }
    return parts;
}

// Statements in an element: each packet counts against the element's own limit.
bool is_conditional(const Json& element)
{
    return std::ranges::any_of(
        std::initializer_list<const char*>{"limit", "quota", "ct count"},
        [&](const char* name) { return find_member(element, name) != nullptr; });
}

Result<Element> element_of(const Json& json, const SetTypes& types, const Scope& scope)
{
    const bool pair = json.is_array() && json.size() == 2 && !types.data.empty();
    const Json& written = pair ? json[0] : json;
    const Json* wrapped = find_member(written, "elem");
    Element element;
    element.conditional = wrapped != nullptr && is_conditional(*wrapped);
    const Json* key = wrapped == nullptr ? &written : find_member(*wrapped, "val");
    if (key == nullptr)
        return not_understood(fmt::format("an element without a value: {}", shown(json)));
    // The catch-all element of an interval set.
    if (key->is_string() && key->get_ref<const std::string&>() == "*") {
        element.key.assign(types.key.size(), Interval{.first = {}, .last = kAllOnes});
    } else {
        ONLAN_TRY(element.key, parts_of(*key, types.key, scope.devices));
    }
    if (element.key.size() != std::max<std::size_t>(types.key.size(), 1))
        return not_understood(fmt::format("an element with {} parts in a set of {}: {}",
                                          element.key.size(), types.key.size(), shown(json)));
    if (!pair)
        return element;
    if (types.data.front() == Datatype::verdict) {
        ONLAN_TRY(element.data, decision(json[1], scope));
    } else {
        ONLAN_TRY(element.data, parts_of(json[1], types.data, scope.devices));
    }
    return element;
}

Result<std::vector<Element>>
elements_of(const Json& list, const SetTypes& types, const Scope& scope)
{
    std::vector<Element> elements;
    if (!list.is_array())
        return not_understood(fmt::format("the elements are not a list: {}", shown(list)));
    elements.reserve(list.size());
    for (const Json& one : list) {
        ONLAN_TRY(Element element, element_of(one, types, scope));
        elements.push_back(std::move(element));
    }
    return elements;
}

// "type": one name or a list of them, or in newer versions {"typeof": expression}.
Result<std::vector<Datatype>> types_of(const Json& json, const Scope& scope)
{
    if (const Json* expression = find_member(json, "typeof")) {
        ONLAN_TRY(Operand of, operand(*expression, scope));
        return of.types;
    }
    std::vector<Datatype> types;
    for (const std::string& name : texts(&json))
        types.push_back(datatype_named(name));
    if (types.empty())
        return not_understood(fmt::format("not a type: {}", shown(json)));
    return types;
}

bool has_flag(const Json& json, std::string_view flag)
{
    const std::vector<std::string> flags = texts(find_member(json, "flags"));
    return std::ranges::find(flags, flag) != flags.end();
}

} // namespace

Result<std::shared_ptr<const ElementSet>> named_set(const Json& json, const Scope& scope)
{
    ONLAN_TRY(const Json* type, member(json, "type"));
    SetTypes types;
    ONLAN_TRY(types.key, types_of(*type, scope));
    const Json* map = find_member(json, "map");
    // A map of named objects (counters, limits) rather than of values.
    const bool objects = map != nullptr && map->is_string() &&
                         (*map == "counter" || *map == "quota" || *map == "limit" ||
                          *map == "secmark" || *map == "synproxy" || *map == "ct helper");
    if (map != nullptr && !objects) {
        ONLAN_TRY(types.data, types_of(*map, scope));
    }
    std::vector<Element> elements;
    if (const Json* list = find_member(json, "elem"); list != nullptr && !objects) {
        ONLAN_TRY(elements, elements_of(*list, types, scope));
    }
    return std::make_shared<const ElementSet>(
        std::move(elements),
        has_flag(json, "dynamic") || objects ? ElementSet::Growth::growing
                                             : ElementSet::Growth::fixed,
        fmt::format("{} {} {}", scope.family, scope.table, optional_text(json, "name")));
}

Result<std::shared_ptr<const ElementSet>>
set_operand(const Json& json, const SetTypes& types, const Scope& scope)
{
    if (const auto* name = json.get_ptr<const std::string*>();
        name != nullptr && name->starts_with('@')) {
        const auto found = scope.declared.sets.find(name->substr(1));
        if (found == scope.declared.sets.end())
            return not_understood(
                fmt::format("the set {} does not exist in table {}", *name, scope.table));
        if (found->second == nullptr)
            return not_understood(fmt::format("the set {} is not understood", *name));
        return found->second;
    }
    const Json* list = find_member(json, "set");
    if (list == nullptr)
        return not_understood(fmt::format("{} is not a set", shown(json)));
    // A set of one element is written without a list by some versions.
    const Json elements = list->is_array() ? *list : Json::array({*list});
    ONLAN_TRY(std::vector<Element> read, elements_of(elements, types, scope));
    return std::make_shared<const ElementSet>(std::move(read), ElementSet::Growth::fixed);
}

} // namespace onlan::rules::nft
