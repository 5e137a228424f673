#include "rules/nft/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/nft/expression.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft {
namespace {

std::string statement_words(const Json& json)
{
    const std::string* name = only_name(json);
    if (name == nullptr)
        return words(json);
    const Statement* statement = find_statement(*name);
    return (statement == nullptr ? plain_words : statement->text)(*name, json.begin().value());
}

} // namespace

std::string words_of(const Json& object, std::string_view name)
{
    const Json* found = find_member(object, name);
    return found == nullptr ? std::string() : words(*found);
}

std::string joined(const Json& list, std::string_view between)
{
    if (!list.is_array())
        return words(list);
    std::vector<std::string> parts;
    for (const Json& one : list)
        parts.push_back(words(one));
    return fmt::format("{}", fmt::join(parts, between));
}

std::string lookup_words(const std::string& name, const Json& map)
{
    return fmt::format("{} {} {}", words_of(map, "key"), name, words_of(map, "data"));
}

std::string plain_words(const std::string& name, const Json& inner)
{
    if (!inner.is_null() && !inner.is_object())
        return fmt::format("{} {}", name, words(inner));
    const std::string target = optional_text(inner, "target");
    return target.empty() ? name : fmt::format("{} {}", name, target);
}

std::string words(const Json& json)
{
    if (const auto* text = json.get_ptr<const std::string*>())
        return *text;
    if (const std::string* name = only_name(json)) {
        const ExpressionKind* kind = find_expression(*name);
        return (kind == nullptr ? plain_words : kind->text)(*name, json.begin().value());
    }
    // An element of a map: key and data.
    if (json.is_array() && json.size() == 2)
        return fmt::format("{} : {}", words(json[0]), words(json[1]));
    return json.is_array() ? joined(json, ",") : shown(json);
}

std::string rule_text(const Json& rule)
{
    std::vector<std::string> parts;
    const Json* statements = find_member(rule, "expr");
    if (statements != nullptr && statements->is_array()) {
        for (const Json& statement : *statements)
            parts.push_back(statement_words(statement));
    }
    if (const std::string comment = optional_text(rule, "comment"); !comment.empty())
        parts.push_back(fmt::format("comment \"{}\"", comment));
    return fmt::format("{}", fmt::join(parts, " "));
}

} // namespace onlan::rules::nft
