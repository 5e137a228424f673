#include <algorithm>
#include <iterator>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/snapshot_fields.hpp"
#include "model/snapshot_json.hpp"

namespace onlan::model {
namespace {

// Writes text, not a tree of values: a large host has a hundred thousand entries.
class Writer {
public:
    void document(const Snapshot& snapshot)
    {
        open('{');
        key("schema");
        value(std::string(kSnapshotSchema));
        members(snapshot);
        close('}');
        out_ += '\n';
    }
    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    // Down to the lists of a namespace each element has a line of its own, in rulesets down to
    // their rules; what is deeper shares its element's.
    static constexpr int kOnLines = 5;
    static constexpr int kOnLinesOfNftables = 6;
    static constexpr int kOnLinesOfXtables = 10;

    void open(char bracket)
    {
        out_ += bracket;
        ++depth_;
        first_ = true;
    }
    void close(char bracket)
    {
        const bool on_lines = !first_ && depth_ < on_lines_;
        --depth_;
        if (on_lines)
            new_line();
        out_ += bracket;
        first_ = false;
    }
    void new_line()
    {
        if (depth_ < on_lines_)
            fmt::format_to(std::back_inserter(out_), "\n{:{}}", "", depth_);
    }
    void element()
    {
        if (!first_)
            out_ += depth_ < on_lines_ ? "," : ", ";
        new_line();
        first_ = false;
    }
    void key(std::string_view name)
    {
        element();
        value(name);
        out_ += ": ";
    }

    void value(std::string_view text)
    {
        const bool plain = std::ranges::all_of(
            text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
        if (plain)
            out_.append("\"").append(text).append("\"");
        else // names of interfaces are any bytes
            out_ +=
                nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool yes) { out_ += yes ? "true" : "false"; }
    template <std::integral Number>
    void value(Number number)
    {
        fmt::format_to(std::back_inserter(out_), "{}", number);
    }
    template <Worded Enumeration>
    void value(Enumeration one)
    {
        value(words_of(&one).at(static_cast<std::size_t>(one)));
    }
    template <ParsedText Value>
    void value(const Value& parsed)
    {
        value(std::string_view(parsed.to_string()));
    }
    template <typename Value>
    void value(const std::optional<Value>& held)
    {
        value(*held); // an empty one is its field's initial value
    }
    void value(const Rule& rule) { value(policy_rule_from(rule)); }
    void value(const std::vector<std::uint8_t>& bytes)
    {
        fmt::format_to(std::back_inserter(out_), "\"{:02x}\"", fmt::join(bytes, ""));
    }
    template <typename Value>
    void value(const std::vector<Value>& values)
    {
        open('[');
        for (const Value& one : values) {
            element();
            value(one);
        }
        close(']');
    }
    template <typename Key, typename Value>
    void value(const std::map<Key, Value>& values)
    {
        open('{');
        for (const auto& [name, held] : values) {
            key(fmt::format("{}", name));
            value(held);
        }
        close('}');
    }
    void value(const XtablesRuleset& ruleset)
    {
        on_lines_ = kOnLinesOfXtables;
        open('{');
        members(ruleset);
        close('}');
        on_lines_ = kOnLines;
    }
    template <Described Object>
    void value(const Object& object)
    {
        open('{');
        members(object);
        close('}');
    }
    template <typename Value>
    void value(const Shared<Value>& held)
    {
        value(*held);
    }
    void value(const NftObject& object) { value(object.element()); }
    void value(const NftListing& listing)
    {
        open('{');
        key("nftables");
        value(listing.objects);
        close('}');
    }
    void value(const nlohmann::json& tree)
    {
        if (tree.is_array()) {
            open('[');
            for (const auto& one : tree) {
                element();
                value(one);
            }
            close(']');
        } else if (tree.is_object()) {
            open('{');
            for (const auto& [name, held] : tree.items()) {
                key(name);
                value(held);
            }
            close('}');
        } else if (tree.is_string())
            value(tree.get_ref<const std::string&>());
        else
            out_ += tree.dump();
    }

    template <Described Object>
    void members(const Object& object)
    {
        for_each_field(&object, [&](const auto& field) {
            if (is_initial(object, field))
                return;
            key(field.name);
            if constexpr (std::is_same_v<Object, Netns>)
                on_lines_ = field.name == "nftables" ? kOnLinesOfNftables : kOnLines;
            value(object.*field.member);
        });
    }

    std::string out_;
    int depth_ = 0;
    int on_lines_ = kOnLines;
    bool first_ = true;
};

} // namespace

std::string snapshot_to_json(const Snapshot& snapshot)
{
    Writer writer;
    writer.document(snapshot);
    return std::move(writer).take();
}

} // namespace onlan::model
