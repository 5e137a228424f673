#include "rules/nft/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace onlan::rules::nft {
namespace {

constexpr unsigned kDeepest = 32;

std::string words(const Json& json, unsigned depth = kDeepest);

std::string word_of(const Json& object, std::string_view name)
{
    const Json* found = find_member(object, name);
    return found == nullptr ? std::string() : words(*found);
}

std::string joined(const Json& list, std::string_view between, unsigned depth)
{
    if (!list.is_array())
        return words(list, depth);
    std::vector<std::string> parts;
    for (const Json& one : list)
        parts.push_back(words(one, depth));
    return fmt::format("{}", fmt::join(parts, between));
}

// "tcp dport", "@th,16,32"
std::string payload_words(const Json& payload)
{
    if (const std::string base = optional_text(payload, "base"); !base.empty())
        return fmt::format("@{},{},{}", base, optional_number(payload, "offset"),
                           optional_number(payload, "len"));
    return fmt::format("{} {}", word_of(payload, "protocol"), word_of(payload, "field"));
}

std::string meta_words(const Json& meta)
{
    const std::string key = word_of(meta, "key");
    // nft leaves "meta" out before these.
    constexpr auto kUnqualified =
        std::to_array<std::string_view>({"iif", "iifname", "iiftype", "iifgroup", "oif", "oifname",
                                         "oiftype", "oifgroup", "skuid", "skgid", "rtclassid"});
    const bool short_form = std::ranges::find(kUnqualified, key) != kUnqualified.end();
    return short_form ? key : "meta " + key;
}

std::string ct_words(const Json& ct)
{
    const std::string direction = word_of(ct, "dir");
    const std::string family = word_of(ct, "family");
    return fmt::format("ct {}{}{}{}{}", direction, direction.empty() ? "" : " ", family,
                       family.empty() ? "" : " ", word_of(ct, "key"));
}

std::string fib_words(const Json& fib)
{
    return fmt::format("fib {} {}", fmt::join(texts(find_member(fib, "flags")), " . "),
                       word_of(fib, "result"));
}

std::string set_words(const Json& set, unsigned depth)
{
    return set.is_array() ? fmt::format("{{ {} }}", joined(set, ", ", depth))
                          : fmt::format("{{ {} }}", words(set, depth));
}

std::string numgen_words(const std::string& name, const Json& json)
{
    const std::string mode = word_of(json, "mode");
    const std::string of = word_of(json, "expr");
    const std::uint64_t offset = optional_number(json, "offset");
    return fmt::format("{}{}{}{}{} mod {}{}", name, mode.empty() ? "" : " ", mode,
                       of.empty() ? "" : " ", of, optional_number(json, "mod"),
                       offset == 0 ? "" : fmt::format(" offset {}", offset));
}

std::string header_words(const std::string& name, const Json& json)
{
    const std::string field = word_of(json, "field");
    return fmt::format("{} {} {}", name, word_of(json, "name"), field.empty() ? "exists" : field);
}

// An operation such as {"&": [left, right]}.
std::string operation_words(const std::string& name, const Json& sides, unsigned depth)
{
    return joined(sides, fmt::format(" {} ", name), depth);
}

std::string verdict_words(const std::string& name, const Json& inner)
{
    const std::string target = optional_text(inner, "target");
    return target.empty() ? name : fmt::format("{} {}", name, target);
}

std::string match_words(const Json& match, unsigned depth)
{
    const std::string op = optional_text(match, "op");
    const Json* right = find_member(match, "right");
    const Json* left = find_member(match, "left");
    // Flags stand in a list, with commas between.
    const std::string value = right == nullptr    ? std::string()
                              : right->is_array() ? joined(*right, ",", depth)
                                                  : words(*right, depth);
    return fmt::format("{}{} {}", left == nullptr ? "" : words(*left, depth),
                       op == "==" || op == "in" ? "" : " " + op, value);
}

std::string nat_words(const std::string& name, const Json& nat, unsigned depth)
{
    std::string text = name;
    if (const std::string family = optional_text(nat, "family"); !family.empty())
        text += " " + family;
    const Json* address = find_member(nat, "addr");
    const Json* port = find_member(nat, "port");
    if (address != nullptr || port != nullptr)
        text += " to ";
    if (address != nullptr) {
        const std::string written = words(*address, depth);
        const bool brackets = port != nullptr && written.find(':') != std::string::npos;
        text += brackets ? fmt::format("[{}]", written) : written;
    }
    if (port != nullptr)
        text += ":" + words(*port, depth);
    const std::vector<std::string> flags = texts(find_member(nat, "flags"));
    return flags.empty() ? text : fmt::format("{} {}", text, fmt::join(flags, ","));
}

std::string reject_words(const Json& reject, unsigned depth)
{
    const std::string type = optional_text(reject, "type");
    const Json* code = find_member(reject, "expr");
    if (type.empty())
        return "reject";
    return fmt::format("reject with {}{}{}", type, code == nullptr ? "" : " ",
                       code == nullptr ? "" : words(*code, depth));
}

std::string limit_words(const Json& limit)
{
    const Json* over = find_member(limit, "inv");
    return fmt::format("limit rate {}{}/{}", over != nullptr && *over == true ? "over " : "",
                       word_of(limit, "rate"), word_of(limit, "per"));
}

std::string log_words(const Json& log)
{
    const std::string prefix = optional_text(log, "prefix");
    return prefix.empty() ? "log" : fmt::format("log prefix \"{}\"", prefix);
}

std::string mangle_words(const Json& mangle, unsigned depth)
{
    const Json* key = find_member(mangle, "key");
    const Json* value = find_member(mangle, "value");
    return fmt::format("{} set {}", key == nullptr ? "" : words(*key, depth),
                       value == nullptr ? "" : words(*value, depth));
}

std::string update_words(const Json& update, unsigned depth)
{
    const Json* element = find_member(update, "elem");
    return fmt::format("{} {} {{ {} }}", word_of(update, "op"), word_of(update, "set"),
                       element == nullptr ? "" : words(*element, depth));
}

std::string lookup_words(std::string_view between, const Json& map, unsigned depth)
{
    const Json* key = find_member(map, "key");
    const Json* data = find_member(map, "data");
    return fmt::format("{} {} {}", key == nullptr ? "" : words(*key, depth), between,
                       data == nullptr ? "" : words(*data, depth));
}

std::string xt_words(const Json& xt)
{
    const std::string name = optional_text(xt, "name");
    return name.empty() ? "xt" : fmt::format("xt {} \"{}\"", optional_text(xt, "type"), name);
}

// What stands in {"name": inner}.
std::string named_words(const std::string& name, const Json& inner, unsigned depth)
{
    if (name == "payload")
        return payload_words(inner);
    if (name == "meta")
        return meta_words(inner);
    if (name == "ct")
        return ct_words(inner);
    if (name == "fib")
        return fib_words(inner);
    if (name == "prefix")
        return fmt::format("{}/{}", word_of(inner, "addr"), optional_number(inner, "len"));
    if (name == "range")
        return joined(inner, "-", depth);
    if (name == "set" && find_member(inner, "op") != nullptr)
        return update_words(inner, depth);
    if (name == "set")
        return set_words(inner, depth);
    if (name == "elem")
        return word_of(inner, "val");
    if (name == "concat")
        return joined(inner, " . ", depth);
    if (name == "map")
        return lookup_words("map", inner, depth);
    if (name == "vmap")
        return lookup_words("vmap", inner, depth);
    if (name == "numgen" || name == "jhash" || name == "symhash")
        return numgen_words(name, inner);
    if (name == "exthdr" || name.ends_with(" option") || name == "sctp chunk")
        return header_words(name, inner);
    if (name == "match")
        return match_words(inner, depth);
    if (name == "mangle")
        return mangle_words(inner, depth);
    if (name == "snat" || name == "dnat" || name == "masquerade" || name == "redirect" ||
        name == "tproxy")
        return nat_words(name, inner, depth);
    if (name == "reject")
        return reject_words(inner, depth);
    if (name == "limit")
        return limit_words(inner);
    if (name == "log")
        return log_words(inner);
    if (name == "xt")
        return xt_words(inner);
    if (name == "counter" && !inner.is_string())
        return "counter";
    if (name == "&" || name == "|" || name == "^" || name == "<<" || name == ">>")
        return operation_words(name, inner, depth);
    if (inner.is_null() || inner.is_object())
        return verdict_words(name, inner);
    return fmt::format("{} {}", name, words(inner, depth));
}

std::string words(const Json& json, unsigned depth)
{
    if (depth == 0)
        return "…";
    if (const auto* text = json.get_ptr<const std::string*>())
        return *text;
    if (const std::string* name = only_name(json))
        return named_words(*name, json.begin().value(), depth - 1);
    // An element of a map: key and data.
    if (json.is_array() && json.size() == 2)
        return fmt::format("{} : {}", words(json[0], depth - 1), words(json[1], depth - 1));
    if (json.is_array())
        return joined(json, ",", depth - 1);
    return shown(json);
}

// Names of devices stand in quotes; other texts do not.
bool names_device(const Json& statement)
{
    const Json* match = find_member(statement, "match");
    const Json* left = match == nullptr ? nullptr : find_member(*match, "left");
    const Json* meta = left == nullptr ? nullptr : find_member(*left, "meta");
    const Json* right = match == nullptr ? nullptr : find_member(*match, "right");
    return meta != nullptr && right != nullptr && right->is_string() &&
           !right->get_ref<const std::string&>().starts_with('@') &&
           optional_text(*meta, "key").find("name") != std::string::npos;
}

} // namespace

std::string rule_text(const Json& rule)
{
    std::vector<std::string> parts;
    const Json* statements = find_member(rule, "expr");
    if (statements != nullptr && statements->is_array()) {
        for (const Json& statement : *statements) {
            std::string text = words(statement);
            const std::size_t last = text.rfind(' ');
            if (names_device(statement) && last != std::string::npos)
                text = fmt::format("{} \"{}\"", text.substr(0, last), text.substr(last + 1));
            parts.push_back(std::move(text));
        }
    }
    if (const std::string comment = optional_text(rule, "comment"); !comment.empty())
        parts.push_back(fmt::format("comment \"{}\"", comment));
    return fmt::format("{}", fmt::join(parts, " "));
}

} // namespace onlan::rules::nft
