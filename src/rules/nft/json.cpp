#include "rules/nft/json.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"

namespace onlan::rules::nft {

const Json* find_member(const Json& object, std::string_view name)
{
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

Result<const Json*> member(const Json& object, std::string_view name)
{
    const Json* found = find_member(object, name);
    if (found == nullptr)
        return not_understood(fmt::format("'{}' is missing in {}", name, shown(object)));
    return found;
}

Result<std::string> text_member(const Json& object, std::string_view name)
{
    ONLAN_TRY(const Json* found, member(object, name));
    const auto* text = found->get_ptr<const std::string*>();
    if (text == nullptr)
        return not_understood(fmt::format("'{}' is not a string in {}", name, shown(object)));
    return *text;
}

std::string optional_text(const Json& object, std::string_view name)
{
    const Json* found = find_member(object, name);
    const auto* text = found == nullptr ? nullptr : found->get_ptr<const std::string*>();
    return text == nullptr ? std::string() : *text;
}

std::uint64_t optional_number(const Json& object, std::string_view name)
{
    const Json* found = find_member(object, name);
    return found != nullptr && found->is_number_integer() ? found->get<std::uint64_t>() : 0;
}

std::vector<std::string> texts(const Json* value)
{
    std::vector<std::string> result;
    if (value == nullptr)
        return result;
    if (const auto* text = value->get_ptr<const std::string*>())
        return {*text};
    if (value->is_array()) {
        for (const Json& one : *value) {
            if (const auto* text = one.get_ptr<const std::string*>())
                result.push_back(*text);
        }
    }
    return result;
}

const std::string* only_name(const Json& value)
{
    if (!value.is_object() || value.size() != 1)
        return nullptr;
    return &value.begin().key();
}

std::string shown(const Json& value)
{
    constexpr std::size_t kMostShown = 100;
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > kMostShown)
        text = text.substr(0, kMostShown) + "…";
    return text;
}

bool too_deep(const Json& value, unsigned limit)
{
    if (!value.is_structured())
        return false;
    return limit == 0 || std::ranges::any_of(
                             value, [&](const Json& inner) { return too_deep(inner, limit - 1); });
}

} // namespace onlan::rules::nft
