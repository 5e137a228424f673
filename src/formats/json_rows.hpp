#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "base/result.hpp"

namespace onlan::formats {

// One object of a document that iproute2 or another program printed. Each accessor gives nothing
// for a key that is not there; a value of another type than the program writes is a fault, of which
// the first is kept.
class Row {
public:
    Row(const nlohmann::json& object, std::string place, std::string& fault)
        : object_(object), place_(std::move(place)), fault_(fault)
    {}

    [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }
    [[nodiscard]] std::optional<std::string> text(const char* key) const;
    // A number, or a text of one: "0x7", "254". Some programs write true and false for 1 and 0.
    template <std::integral Number>
    [[nodiscard]] std::optional<Number> number(const char* key) const
    {
        const auto value = whole_number(key);
        if (!value)
            return {};
        if (!std::in_range<Number>(*value)) {
            report(key, "is out of range");
            return {};
        }
        return static_cast<Number>(*value);
    }
    template <std::integral Number>
    void read(const char* key, Number& into) const
    {
        if (const auto value = number<Number>(key))
            into = *value;
    }
    void read(const char* key, bool& into) const
    {
        if (const auto value = whole_number(key))
            into = *value != 0;
    }
    // A text that `Value` can parse.
    template <typename Value>
    [[nodiscard]] std::optional<Value> value(const char* key) const
    {
        const auto read = text(key);
        if (!read)
            return {};
        auto parsed = Value::parse(*read);
        if (!parsed) {
            report(key, parsed.error().message);
            return {};
        }
        return *std::move(parsed);
    }
    // Texts in a list: "flags".
    [[nodiscard]] std::vector<std::string> texts(const char* key) const;
    [[nodiscard]] bool has_text(const char* key, std::string_view wanted) const;
    [[nodiscard]] std::optional<Row> row(const char* key) const;
    [[nodiscard]] std::vector<Row> rows(const char* key) const;

    void report(const char* key, std::string_view what) const;

private:
    // Of any type that the accessor asks for; nothing when the key is not there.
    [[nodiscard]] const nlohmann::json* find(const char* key) const;
    [[nodiscard]] std::optional<std::int64_t> whole_number(const char* key) const;

    const nlohmann::json& object_;
    std::string place_; // a JSON pointer
    std::string& fault_;
};

// Calls `visit` with each object of a document that is a list of them.
template <typename Visit>
[[nodiscard]] Result<> for_each_row(std::string_view text, Visit visit)
{
    ONLAN_TRY(const nlohmann::json document, parse_json_document(text));
    if (!document.is_array())
        return fail(Failed::parse, "expected a list, as `ip -json` prints it");
    std::string fault;
    for (std::size_t i = 0; i < document.size() && fault.empty(); ++i) {
        const std::string place = "/" + std::to_string(i);
        if (!document[i].is_object())
            return fail(Failed::parse, "at " + place + ": expected an object");
        visit(Row(document[i], place, fault));
    }
    if (!fault.empty())
        return fail(Failed::parse, "at " + fault);
    return {};
}

} // namespace onlan::formats
