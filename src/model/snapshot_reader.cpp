#include <algorithm>
#include <limits>
#include <set>
#include <type_traits>

#include <fmt/format.h>

#include "base/json_document.hpp"
#include "base/number.hpp"
#include "model/json.hpp"
#include "model/snapshot_fields.hpp"
#include "model/snapshot_json.hpp"

namespace onlan::model {
namespace {

using nlohmann::json;

// A key of a JSON pointer: RFC 6901, section 3.
std::string pointer_key(std::string_view key)
{
    std::string escaped = "/";
    for (const char c : key) {
        if (c == '~' || c == '/')
            escaped += c == '~' ? "~0" : "~1";
        else
            escaped += c;
    }
    return escaped;
}

// Every read() takes what it can out of `tree`, and says no at the first fault; the place of the
// fault is put together on the way back.
class Reader {
public:
    template <Described Object>
    bool read(json& tree, Object& object)
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

    [[nodiscard]] Failure failure() const
    {
        return fail(Failed::parse,
                    fmt::format("at {}: {}", place_.empty() ? "the top" : place_, problem_));
    }

private:
    bool fault(std::string problem)
    {
        problem_ = std::move(problem);
        return false;
    }
    bool expected(std::string_view what, const json& found)
    {
        constexpr std::size_t kMostShown = 60;
        std::string shown = found.is_structured()
                                ? fmt::format("an {}", found.type_name())
                                : found.dump(-1, ' ', true, json::error_handler_t::replace);
        if (shown.size() > kMostShown)
            shown = shown.substr(0, kMostShown) + "…";
        return fault(fmt::format("expected {}, found {}", what, shown));
    }
    bool at(std::string_view key, bool good)
    {
        if (!good)
            place_.insert(0, pointer_key(key));
        return good;
    }

    bool read(json& tree, bool& value)
    {
        if (!tree.is_boolean())
            return expected("true or false", tree);
        value = tree.get<bool>();
        return true;
    }
    template <std::integral Number>
    bool read(json& tree, Number& value)
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
    bool read(json& tree, std::string& value)
    {
        if (!tree.is_string())
            return expected("a text", tree);
        value = std::move(tree.get_ref<std::string&>());
        return true;
    }
    template <Worded Enumeration>
    bool read(json& tree, Enumeration& value)
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
    bool read(json& tree, Value& value)
    {
        if (!tree.is_string())
            return expected("a text", tree);
        auto parsed = Value::parse(tree.get_ref<const std::string&>());
        if (!parsed)
            return fault(std::move(parsed).error().message);
        value = *std::move(parsed);
        return true;
    }
    template <typename Value>
    bool read(json& tree, std::optional<Value>& value)
    {
        return read(tree, value.emplace());
    }
    bool read(json& tree, Rule& rule)
    {
        PolicyRule decoded;
        if (!read(tree, decoded))
            return false;
        rule = rule_from(decoded);
        return true;
    }
    bool read(json& tree, std::vector<std::uint8_t>& bytes)
    {
        std::string text;
        if (!read(tree, text))
            return false;
        bytes.assign(text.size() / 2, 0);
        bool good = text.size() % 2 == 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const auto byte =
                parse_number<std::uint8_t>(std::string_view(text).substr(2 * i, 2), 16);
            good = good && byte;
            bytes[i] = byte.value_or(0);
        }
        return good || fault("expected pairs of hex digits");
    }
    template <typename Value>
    bool read(json& tree, std::vector<Value>& values)
    {
        if (!tree.is_array())
            return expected("an array", tree);
        values.reserve(tree.size());
        for (json& one : tree) {
            if (!read(one, values.emplace_back()))
                return at(std::to_string(values.size() - 1), false);
        }
        return true;
    }
    template <typename Key, typename Value>
    bool read(json& tree, std::map<Key, Value>& values)
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
    bool read(json& tree, Shared<Value>& value)
    {
        return read(tree, value.edit());
    }
    bool read(json& tree, NftListing& listing)
    {
        auto found = NftListing::from(std::move(tree));
        if (!found)
            return fault(std::move(found).error().message);
        listing = *std::move(found);
        return true;
    }

    static bool key_from(const std::string& name, std::string& key)
    {
        key = name;
        return true;
    }
    bool key_from(const std::string& name, int& key)
    {
        const auto number = parse_number<int>(name);
        key = number.value_or(0);
        return number || fault("expected a number");
    }

    std::string place_;
    std::string problem_;
};

Result<> check_schema(json& document)
{
    if (!document.is_object())
        return fail(Failed::parse, "at the top: expected an object");
    const auto schema = document.find("schema");
    if (schema == document.end() || !schema->is_string())
        return fail(Failed::parse, fmt::format("at /schema: expected \"{}\"; this is no snapshot",
                                               kSnapshotSchema));
    if (*schema != kSnapshotSchema)
        return fail(Failed::parse,
                    fmt::format("at /schema: this version of onlan reads {}, not '{}'",
                                kSnapshotSchema,
                                schema->get_ref<const std::string&>().substr(0, 40)));
    document.erase(schema);
    return {};
}

} // namespace

Result<Snapshot> snapshot_from_json(std::string_view text)
{
    ONLAN_TRY(json document, parse_json_document(text));
    ONLAN_CHECK(check_schema(document));
    Snapshot snapshot;
    Reader reader;
    if (!reader.read(document, snapshot))
        return reader.failure();
    return snapshot;
}

} // namespace onlan::model
