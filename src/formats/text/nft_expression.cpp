#include "formats/text/nft_expression.hpp"

#include <algorithm>
#include <array>

#include "base/number.hpp"
#include "net/ip_address.hpp"

namespace onlan::formats::text {
namespace {

using nlohmann::json;
using Kind = NftToken::Kind;

constexpr auto kHeaders =
    std::to_array<std::string_view>({"ip", "ip6", "tcp", "udp", "th", "icmp", "icmpv6", "ether",
                                     "arp", "vlan", "sctp", "udplite", "dccp", "igmp"});
// That stand without "meta" before them, too.
constexpr auto kMetaKeys = std::to_array<std::string_view>(
    {"iif", "oif", "iifname", "oifname", "iiftype", "oiftype", "mark", "skuid", "skgid", "pkttype",
     "ibrname", "obrname", "iifgroup", "oifgroup", "cgroup"});
constexpr auto kMoreMetaKeys = std::to_array<std::string_view>(
    {"l4proto", "nfproto", "protocol", "length", "priority", "random", "cpu", "time", "day", "hour",
     "ibrpvid", "ibrvproto", "iifkind", "oifkind", "nftrace", "rtclassid", "secpath"});

template <std::size_t Count>
bool is_one_of(std::string_view word, const std::array<std::string_view, Count>& of)
{
    return std::ranges::find(of, word) != of.end();
}

bool is_address(std::string_view text)
{
    return net::IpAddress::parse(text).has_value();
}

json plain(std::string_view word)
{
    if (const auto number = parse_prefixed_number<std::uint64_t>(word))
        return *number;
    return std::string(word);
}

std::optional<json> payload(NftCursor& cursor)
{
    const std::string header = cursor.next().text;
    if (cursor.peek().kind != Kind::word)
        return {};
    std::string field = cursor.next().text;
    if (header == "arp" && (field == "saddr" || field == "daddr"))
        field += " " + cursor.next().text;
    if (field == "option" || field == "hdr")
        return {};
    return json{{"payload", {{"protocol", header}, {"field", field}}}};
}

// "state", "mark", "original ip saddr", "reply proto-dst", "status"
std::optional<json> connection(NftCursor& cursor)
{
    json ct = json::object();
    if (cursor.is("original") || cursor.is("reply"))
        ct["dir"] = cursor.next().text;
    if (ct.contains("dir") && (cursor.is("ip") || cursor.is("ip6"))) {
        const std::string family = cursor.next().text;
        ct["key"] = family + " " + cursor.next().text;
        return json{{"ct", ct}};
    }
    if (cursor.peek().kind != Kind::word || cursor.is("helper") || cursor.is("timeout") ||
        cursor.is("count") || cursor.is("expectation"))
        return {};
    ct["key"] = cursor.next().text;
    return json{{"ct", ct}};
}

// "daddr . iif type"
std::optional<json> fib(NftCursor& cursor)
{
    json flags = json::array({cursor.next().text});
    while (cursor.take("."))
        flags.push_back(cursor.next().text);
    const std::string result = cursor.next().text;
    if (result != "type" && result != "oif" && result != "oifname" && result != "check")
        return {};
    return json{{"fib", {{"result", result}, {"flags", flags}}}};
}

std::optional<json> single(NftCursor& cursor)
{
    const std::string& word = cursor.peek().text;
    if (cursor.peek().kind != Kind::word)
        return {};
    if (is_one_of(word, kHeaders))
        return payload(cursor);
    if (is_one_of(word, kMetaKeys))
        return json{{"meta", {{"key", cursor.next().text}}}};
    if (cursor.take("meta")) {
        const std::string& key = cursor.peek().text;
        if (!is_one_of(key, kMetaKeys) && !is_one_of(key, kMoreMetaKeys))
            return {};
        return json{{"meta", {{"key", cursor.next().text}}}};
    }
    if (cursor.take("ct"))
        return connection(cursor);
    if (cursor.take("fib"))
        return fib(cursor);
    return {};
}

// "0xff", "(fin | syn)", "fin | syn"
std::optional<json> mask(NftCursor& cursor)
{
    const bool bracketed = cursor.take("(");
    json names = json::array();
    do {
        if (cursor.peek().kind != Kind::word)
            return {};
        names.push_back(plain(cursor.next().text));
    } while (cursor.take("|"));
    if (bracketed && !cursor.take(")"))
        return {};
    return names.size() == 1 ? names.front() : names;
}

// An element, without what nft says of its age and use.
void skip_to_next_element(NftCursor& cursor)
{
    while (!cursor.done() && !cursor.is(",") && !cursor.is("}") && !cursor.is(":"))
        cursor.next();
}

std::optional<json> element_part(NftCursor& cursor)
{
    if (auto verdict = nft_verdict(cursor))
        return verdict;
    json parts = json::array();
    do {
        const NftToken& token = cursor.next();
        if (token.kind == Kind::quoted)
            parts.push_back(token.text);
        else if (token.kind == Kind::word)
            parts.push_back(nft_constant(token.text));
        else
            return {};
    } while (cursor.take("."));
    return parts.size() == 1 ? parts.front() : json{{"concat", parts}};
}

void skip_breaks(NftCursor& cursor)
{
    while (!cursor.done() && cursor.peek().kind == Kind::line_end)
        cursor.next();
}

} // namespace

json nft_constant(std::string_view word)
{
    if (const std::size_t slash = word.find('/'); slash != std::string_view::npos) {
        const auto length = parse_number<unsigned>(word.substr(slash + 1));
        if (length && is_address(word.substr(0, slash)))
            return json{{"prefix", {{"addr", word.substr(0, slash)}, {"len", *length}}}};
    }
    // Names have dashes, too: "echo-request".
    if (const std::size_t dash = word.find('-'); dash != std::string_view::npos && dash > 0) {
        const std::string_view first = word.substr(0, dash);
        const std::string_view last = word.substr(dash + 1);
        const bool numbers = parse_prefixed_number<std::uint64_t>(first) &&
                             parse_prefixed_number<std::uint64_t>(last);
        if (numbers || (is_address(first) && is_address(last)))
            return json{{"range", {plain(first), plain(last)}}};
    }
    return plain(word);
}

std::optional<json> nft_verdict(NftCursor& cursor)
{
    for (const char* name : {"accept", "drop", "return", "continue"}) {
        if (cursor.take(name))
            return json{{name, nullptr}};
    }
    for (const char* name : {"jump", "goto"}) {
        if (cursor.take(name))
            return json{{name, {{"target", cursor.next().text}}}};
    }
    return {};
}

std::optional<json> nft_elements(NftCursor& cursor)
{
    json elements = json::array();
    for (;;) {
        skip_breaks(cursor);
        if (cursor.take("}"))
            return elements;
        auto key = element_part(cursor);
        if (!key || cursor.done())
            return {};
        skip_to_next_element(cursor);
        if (cursor.take(":")) {
            skip_breaks(cursor);
            auto value = element_part(cursor);
            if (!value)
                return {};
            elements.push_back({*std::move(key), *std::move(value)});
            skip_to_next_element(cursor);
        } else {
            elements.push_back(*std::move(key));
        }
        (void)cursor.take(",");
    }
}

std::optional<json> nft_expression(NftCursor& cursor)
{
    json parts = json::array();
    do {
        auto one = single(cursor);
        if (!one)
            return {};
        if (cursor.take("&")) {
            const auto bits = mask(cursor);
            if (!bits)
                return {};
            one = json{{"&", {*one, *bits}}};
        }
        parts.push_back(*std::move(one));
    } while (cursor.take("."));
    return parts.size() == 1 ? parts.front() : json{{"concat", parts}};
}

std::optional<json> nft_value(NftCursor& cursor)
{
    if (cursor.take("{")) {
        auto elements = nft_elements(cursor);
        return elements ? std::optional(json{{"set", *std::move(elements)}}) : std::nullopt;
    }
    json values = json::array();
    bool concatenated = false;
    do {
        (void)cursor.take("(");
        const NftToken& token = cursor.next();
        if (token.kind == Kind::word)
            values.push_back(nft_constant(token.text));
        else if (token.kind == Kind::quoted)
            values.push_back(token.text);
        else
            return {};
        (void)cursor.take(")");
        concatenated = concatenated || cursor.is(".");
    } while (cursor.take(",") || cursor.take("|") || cursor.take("."));
    if (values.size() == 1)
        return values.front();
    return concatenated ? json{{"concat", values}} : values;
}

} // namespace onlan::formats::text
