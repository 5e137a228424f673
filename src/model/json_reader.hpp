#pragma once

// JSON → anything that has a list of fields (model/snapshot_fields.hpp).

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "model/snapshot_fields.hpp"

namespace onlan::model {

// Every read() takes what it can out of `tree`, and says no at the first fault; the place of the
// fault is put together on the way back.
class JsonReader {
public:
    template <Described Object>
    bool read(nlohmann::json& tree, Object& object)
    {
        if (!tree.is_object())
            return expected("an object", tree);
        std::set<std::string_view> known;
        bool good = true;
        for_each_field(&object, [&](const auto& field) {
            known.insert(field.name);
            if (!good)
                return;
            const auto found = tree.find(field.name);
            if (found != tree.end())
                good = at(field.name, read(*found, object.*field.member));
        });
        if (!good)
            return false;
        for (const auto& [key, value] : tree.items()) {
            if (!known.contains(key))
                return at(key, fault("this version of onlan does not know this key"));
        }
        return true;
    }

    [[nodiscard]] Failure failure() const;

private:
    bool fault(std::string problem);
    bool expected(std::string_view what, const nlohmann::json& found);
    // Notes the place of a fault on the way back from it.
    bool at(std::string_view key, bool good);

    bool read(nlohmann::json& tree, bool& value);
    template <std::integral Number>
    bool read(nlohmann::json& tree, Number& value)
    {
        constexpr Number kLeast = std::numeric_limits<Number>::min();
        constexpr Number kMost = std::numeric_limits<Number>::max();
        const bool fits =
            tree.is_number_unsigned()
                ? std::in_range<Number>(tree.get<std::uint64_t>())
                : tree.is_number_integer() && std::in_range<Number>(tree.get<std::int64_t>());
        if (!fits)
            return expected(fmt::format("a number from {} to {}", kLeast, kMost), tree);
        value = tree.get<Number>();
        return true;
    }
    bool read(nlohmann::json& tree, std::string& value);
    template <Worded Enumeration>
    bool read(nlohmann::json& tree, Enumeration& value)
    {
        constexpr auto kWords = words_of(static_cast<const Enumeration*>(nullptr));
        const auto word = tree.is_string()
                              ? std::ranges::find(kWords, tree.get_ref<const std::string&>())
                              : kWords.end();
        if (word == kWords.end())
            return expected(fmt::format("one of {}", fmt::join(kWords, ", ")), tree);
        value = static_cast<Enumeration>(word - kWords.begin());
        return true;
    }
    template <ParsedText Value>
    bool read(nlohmann::json& tree, Value& value)
    {
        if (!tree.is_string())
            return expected("a string", tree);
        auto parsed = Value::parse(tree.get_ref<const std::string&>());
        if (!parsed)
            return fault(std::move(parsed).error().message);
        value = *std::move(parsed);
        return true;
    }
    template <typename Value>
    bool read(nlohmann::json& tree, std::optional<Value>& value)
    {
        return read(tree, value.emplace());
    }
    bool read(nlohmann::json& tree, Rule& rule);
    // Pairs of hex digits.
    bool read(nlohmann::json& tree, std::vector<std::uint8_t>& bytes);
    template <typename Value>
    bool read(nlohmann::json& tree, std::vector<Value>& values)
    {
        if (!tree.is_array())
            return expected("an array", tree);
        values.reserve(tree.size());
        for (nlohmann::json& one : tree) {
            if (!read(one, values.emplace_back()))
                return at(std::to_string(values.size() - 1), false);
        }
        return true;
    }
    template <typename Key, typename Value>
    bool read(nlohmann::json& tree, std::map<Key, Value>& values)
    {
        if (!tree.is_object())
            return expected("an object", tree);
        for (auto& [name, held] : tree.items()) {
            Key key{};
            if (!at(name, key_from(name, key) && read(held, values[key])))
                return false;
        }
        return true;
    }
    template <typename Value>
    bool read(nlohmann::json& tree, Shared<Value>& value)
    {
        return read(tree, value.edit());
    }
    bool read(nlohmann::json& tree, NftListing& listing);

    static bool key_from(const std::string& name, std::string& key);
    bool key_from(const std::string& name, int& key);

    std::string place_;
    std::string problem_;
};

// The document may come from anywhere: a malformed one is an error with the place of the first
// fault in it, and so is what `Object` has no field for. A field that is not there keeps its
// initial value.
template <Described Object>
[[nodiscard]] Result<Object> described_from_json(nlohmann::json tree)
{
    Object object;
    JsonReader reader;
    if (!reader.read(tree, object))
        return reader.failure();
    return object;
}

} // namespace onlan::model
