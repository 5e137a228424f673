#include "formats/text/nft_statements.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/number.hpp"
#include "formats/text/nft_expression.hpp"

namespace onlan::formats::text {
namespace {

using nlohmann::json;
using Kind = NftToken::Kind;
using Read = std::optional<json>;

Read read_counter(NftCursor& cursor)
{
    json counter = json::object();
    for (const char* name : {"packets", "bytes"}) {
        if (cursor.take(name))
            counter[name] = parse_number<std::uint64_t>(cursor.next().text).value_or(0);
    }
    return json{{"counter", counter}};
}

// What it logs, and where, decides nothing.
Read read_log(NftCursor& cursor)
{
    constexpr auto kOptions = std::to_array<std::string_view>(
        {"prefix", "level", "flags", "group", "snaplen", "queue-threshold"});
    json log = json::object();
    while (std::ranges::find(kOptions, cursor.peek().text) != kOptions.end()) {
        const std::string option = cursor.next().text;
        const std::string value = cursor.next().text;
        if (option == "prefix")
            log["prefix"] = value;
        while (option == "flags" && (cursor.take(",") || cursor.is("sequence") ||
                                     cursor.is("options") || cursor.is("uid") || cursor.is("all")))
            cursor.next();
    }
    return json{{"log", log}};
}

// "reject with icmp type port-unreachable", "with icmpx admin-prohibited", "with tcp reset"
Read read_reject(NftCursor& cursor)
{
    if (!cursor.take("with"))
        return json{{"reject", nullptr}};
    const std::string type = cursor.next().text;
    (void)cursor.take("type");
    const std::string code = cursor.next().text;
    if (type == "tcp")
        return json{{"reject", {{"type", "tcp reset"}}}};
    return json{{"reject", {{"type", type}, {"expr", code}}}};
}

json flags_of_nat(NftCursor& cursor)
{
    json flags = json::array();
    while (cursor.is("random") || cursor.is("fully-random") || cursor.is("persistent")) {
        flags.push_back(cursor.next().text);
        (void)cursor.take(",");
    }
    return flags;
}

// "10.0.0.2:80", "[fd00::2]:80", ":8080", "10.0.0.2-10.0.0.9"
bool read_nat_target(std::string_view text, json& nat)
{
    std::string_view address = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos)
            return false;
        address = text.substr(1, close - 1);
        port = text.substr(close + 1);
    } else if (std::ranges::count(text, ':') == 1) {
        address = text.substr(0, text.find(':'));
        port = text.substr(text.find(':'));
    }
    if (!address.empty())
        nat["addr"] = nft_constant(address);
    if (port.starts_with(':'))
        nat["port"] = nft_constant(port.substr(1));
    return !nat.empty();
}

Read read_nat(const std::string& name, NftCursor& cursor)
{
    json nat = json::object();
    if (cursor.is("ip") || cursor.is("ip6"))
        nat["family"] = cursor.next().text;
    (void)cursor.take("prefix");
    if (cursor.take("to")) {
        const NftToken& target = cursor.next();
        if (target.kind != Kind::word || !read_nat_target(target.text, nat))
            return {};
    }
    // "dnat to ip daddr map { … }" is one of another shape.
    json flags = flags_of_nat(cursor);
    const bool more = !cursor.at_line_end() && !cursor.is("comment") && !cursor.is("#");
    if (more)
        return {};
    if (!flags.empty())
        nat["flags"] = flags.size() == 1 ? flags.front() : flags;
    return json{{name, nat.empty() ? json() : nat}};
}

// "limit rate over 3/minute burst 5 packets"
Read read_limit(NftCursor& cursor)
{
    if (!cursor.take("rate"))
        return {};
    json limit = json::object();
    if (cursor.take("over"))
        limit["inv"] = true;
    const std::string rate = cursor.next().text;
    const std::size_t slash = rate.find('/');
    const auto number = parse_number<std::uint64_t>(rate.substr(0, slash));
    if (!number || slash == std::string::npos)
        return {}; // of bytes: "10 mbytes/second"
    limit["rate"] = *number;
    limit["per"] = rate.substr(slash + 1);
    if (cursor.take("burst")) {
        limit["burst"] = parse_number<std::uint64_t>(cursor.next().text).value_or(0);
        (void)(cursor.take("packets") || cursor.take("bytes"));
    }
    return json{{"limit", limit}};
}

// "xt match \"comment\"", "xt target \"MASQUERADE\"": iptables-nft's, by their names alone.
Read read_xt(NftCursor& cursor)
{
    const std::string type = cursor.next().text;
    const std::string name = cursor.next().text;
    if (type != "match" && type != "target" && type != "watcher")
        return {};
    return json{{"xt", {{"type", type}, {"name", name}}}};
}

// Bits of which any counts where no operator stands (expr_op OP_IMPLICIT of nft).
bool is_of_bits(const json& left)
{
    if (left.contains("ct")) {
        const std::string key = left["ct"].value("key", "");
        return key == "state" || key == "status" || key == "label" || key == "event";
    }
    return left.contains("payload") && left["payload"].value("field", "") == "flags";
}

std::optional<std::string> take_operator(NftCursor& cursor)
{
    for (const char* sign : {"==", "!=", "<=", ">=", "<", ">", "!"}) {
        if (cursor.take(sign))
            return sign;
    }
    return {};
}

Read read_match(json left, NftCursor& cursor)
{
    const auto sign = take_operator(cursor);
    if (cursor.is("missing") || cursor.is("exists"))
        return json{{"match",
                     {{"op", sign.value_or("==")},
                      {"left", left},
                      {"right", cursor.next().text == "exists"}}}};
    auto right = nft_value(cursor);
    if (!right)
        return {};
    // "tcp flags syn / fin,syn,rst,ack": of the bits behind the slash these.
    if (cursor.take("/")) {
        const auto mask = nft_value(cursor);
        if (!mask)
            return {};
        left = json{{"&", {left, *mask}}};
        return json{{"match", {{"op", sign.value_or("==")}, {"left", left}, {"right", *right}}}};
    }
    const bool implicit = !sign && is_of_bits(left) && !right->is_object();
    return json{{"match",
                 {{"op", implicit ? "in" : sign.value_or("==")},
                  {"left", std::move(left)},
                  {"right", *std::move(right)}}}};
}

Read read_vmap(json key, NftCursor& cursor)
{
    const bool named = cursor.peek().text.starts_with('@');
    if (named)
        return json{{"vmap", {{"key", std::move(key)}, {"data", cursor.next().text}}}};
    if (!cursor.take("{"))
        return {};
    auto elements = nft_elements(cursor);
    if (!elements)
        return {};
    return json{{"vmap", {{"key", std::move(key)}, {"data", {{"set", *std::move(elements)}}}}}};
}

Read read_about_packet(NftCursor& cursor)
{
    auto left = nft_expression(cursor);
    if (!left)
        return {};
    if (cursor.take("set")) {
        auto value = nft_value(cursor);
        return value ? Read(json{{"mangle", {{"key", *left}, {"value", *std::move(value)}}}})
                     : std::nullopt;
    }
    if (cursor.take("vmap"))
        return read_vmap(*std::move(left), cursor);
    return read_match(*std::move(left), cursor);
}

Read read_statement(NftCursor& cursor)
{
    if (auto verdict = nft_verdict(cursor))
        return verdict;
    struct Named {
        std::string_view name;
        Read (*read)(NftCursor& cursor);
    };
    constexpr auto kNamed = std::to_array<Named>({{"counter", read_counter},
                                                  {"log", read_log},
                                                  {"reject", read_reject},
                                                  {"limit", read_limit},
                                                  {"xt", read_xt}});
    for (const Named& named : kNamed) {
        if (cursor.take(named.name))
            return named.read(cursor);
    }
    for (const char* name : {"masquerade", "snat", "dnat", "redirect"}) {
        if (cursor.take(name))
            return read_nat(name, cursor);
    }
    if (cursor.take("notrack"))
        return json{{"notrack", nullptr}};
    return read_about_packet(cursor);
}

// The words from `from` to the end of the line, as one statement that nobody understands, and the
// verdict that they end with.
void add_unknown(NftCursor& cursor, std::size_t from, json& statements)
{
    cursor.go_to(from);
    std::string words;
    json verdict;
    int depth = 0;
    while (!cursor.done() && (depth > 0 || !cursor.at_line_end())) {
        depth += cursor.is("{") ? 1 : cursor.is("}") ? -1 : 0;
        const std::size_t place = cursor.place();
        if (auto found = depth == 0 ? nft_verdict(cursor) : std::nullopt) {
            verdict = cursor.at_line_end() || cursor.is("#") || cursor.is("comment")
                          ? *std::move(found)
                          : json();
            if (!verdict.is_null())
                continue;
        }
        cursor.go_to(place);
        const NftToken& token = cursor.next();
        if (token.kind != Kind::line_end)
            words += (words.empty() ? "" : " ") + token.text;
    }
    constexpr std::size_t kMostShown = 80;
    statements.push_back(
        {{"match",
          {{"op", "=="}, {"left", {{words.substr(0, kMostShown), nullptr}}}, {"right", 0}}}});
    if (!verdict.is_null())
        statements.push_back(std::move(verdict));
}

} // namespace

json nft_rule(NftCursor& cursor)
{
    json rule = json::object();
    json statements = json::array();
    while (!cursor.done() && !cursor.at_line_end()) {
        if (cursor.take("comment")) {
            rule["comment"] = cursor.next().text;
        } else if (cursor.take("#")) {
            if (cursor.take("handle"))
                rule["handle"] = parse_number<std::uint64_t>(cursor.peek().text).value_or(0);
            while (cursor.peek().kind != Kind::line_end)
                cursor.next();
        } else {
            const std::size_t from = cursor.place();
            if (auto statement = read_statement(cursor))
                statements.push_back(*std::move(statement));
            else
                add_unknown(cursor, from, statements);
        }
    }
    rule["expr"] = std::move(statements);
    return rule;
}

} // namespace onlan::formats::text
