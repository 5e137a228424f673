#pragma once

// Anything that has a list of fields (model/snapshot_fields.hpp) → a tree of JSON, as
// described_from_json() reads it. A snapshot is too large for one: it has a writer of its own.

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/snapshot_fields.hpp"

namespace onlan::model {

class JsonTree {
public:
    template <Described Object>
    [[nodiscard]] static nlohmann::json of(const Object& object)
    {
        nlohmann::json tree = nlohmann::json::object();
        for_each_field(&object, [&](const auto& field) {
            if (!is_initial(object, field))
                tree[std::string(field.name)] = of(object.*field.member);
        });
        return tree;
    }

private:
    static nlohmann::json of(const std::string& text) { return text; }
    static nlohmann::json of(bool yes) { return yes; }
    template <std::integral Number>
    static nlohmann::json of(Number number)
    {
        return number;
    }
    template <Worded Enumeration>
    static nlohmann::json of(Enumeration one)
    {
        return words_of(&one).at(static_cast<std::size_t>(one));
    }
    template <ParsedText Value>
    static nlohmann::json of(const Value& parsed)
    {
        return parsed.to_string();
    }
    template <typename Value>
    static nlohmann::json of(const std::optional<Value>& held)
    {
        return of(*held); // an empty one is its field's initial value
    }
    static nlohmann::json of(const Rule& rule) { return of(policy_rule_from(rule)); }
    static nlohmann::json of(const std::vector<std::uint8_t>& bytes)
    {
        return fmt::format("{:02x}", fmt::join(bytes, ""));
    }
    template <typename Value>
    static nlohmann::json of(const std::vector<Value>& values)
    {
        nlohmann::json tree = nlohmann::json::array();
        for (const Value& one : values)
            tree.push_back(of(one));
        return tree;
    }
    template <typename Key, typename Value>
    static nlohmann::json of(const std::map<Key, Value>& values)
    {
        nlohmann::json tree = nlohmann::json::object();
        for (const auto& [name, held] : values)
            tree[fmt::format("{}", name)] = of(held);
        return tree;
    }
};

} // namespace onlan::model
