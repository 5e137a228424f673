#include "formats/json_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/number.hpp"

namespace onlan::formats {

using nlohmann::json;

const json* Row::find(const char* key) const
{
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
}

void Row::report(const char* key, std::string_view what) const
{
    if (fault_.empty())
        fault_ = fmt::format("{}/{}: {}", place_, key, what);
}

std::optional<std::string> Row::text(const char* key) const
{
    const json* value = find(key);
    if (value == nullptr)
        return {};
    if (value->is_string())
        return value->get<std::string>();
    report(key, "expected a string");
    return {};
}

std::optional<std::int64_t> Row::whole_number(const char* key) const
{
    const json* value = find(key);
    if (value == nullptr)
        return {};
    if (value->is_boolean())
        return value->get<bool>() ? 1 : 0;
    if (value->is_number_integer())
        return value->get<std::int64_t>();
    if (value->is_string()) {
        const auto number =
            parse_prefixed_number<std::int64_t>(value->get_ref<const std::string&>());
        if (number)
            return number;
    }
    report(key, "expected a number");
    return {};
}

std::vector<std::string> Row::texts(const char* key) const
{
    std::vector<std::string> texts;
    const json* value = find(key);
    if (value == nullptr)
        return texts;
    if (!value->is_array())
        report(key, "expected a list");
    for (const json& one : *value) {
        if (one.is_string())
            texts.push_back(one.get<std::string>());
    }
    return texts;
}

bool Row::has_text(const char* key, std::string_view wanted) const
{
    return std::ranges::count(texts(key), wanted) != 0;
}

std::optional<Row> Row::row(const char* key) const
{
    const json* value = find(key);
    if (value == nullptr || !value->is_object())
        return {};
    return Row(*value, fmt::format("{}/{}", place_, key), fault_);
}

std::vector<Row> Row::rows(const char* key) const
{
    std::vector<Row> rows;
    const json* value = find(key);
    if (value == nullptr || !value->is_array())
        return rows;
    for (std::size_t i = 0; i < value->size(); ++i) {
        if ((*value)[i].is_object())
            rows.emplace_back((*value)[i], fmt::format("{}/{}/{}", place_, key, i), fault_);
    }
    return rows;
}

} // namespace onlan::formats
