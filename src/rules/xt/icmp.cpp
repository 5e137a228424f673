#include "rules/xt/icmp.hpp"

#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {
namespace {

constexpr std::uint64_t kAnyType = 255;

// Names that stand for a type with a code; the list of libxt_icmp.h.
struct TypeAndCode {
    std::string_view name;
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};
constexpr auto kIcmp = std::to_array<TypeAndCode>({
    {"network-unreachable", 3, 0},
    {"host-unreachable", 3, 1},
    {"protocol-unreachable", 3, 2},
    {"port-unreachable", 3, 3},
    {"fragmentation-needed", 3, 4},
    {"source-route-failed", 3, 5},
    {"network-unknown", 3, 6},
    {"host-unknown", 3, 7},
    {"network-prohibited", 3, 9},
    {"host-prohibited", 3, 10},
    {"TOS-network-unreachable", 3, 11},
    {"TOS-host-unreachable", 3, 12},
    {"communication-prohibited", 3, 13},
    {"network-redirect", 5, 0},
    {"host-redirect", 5, 1},
    {"ttl-zero-during-transit", 11, 0},
    {"ttl-zero-during-reassembly", 11, 1},
    {"ip-header-bad", 12, 0},
    {"required-option-missing", 12, 1},
});
constexpr auto kIcmpv6 = std::to_array<TypeAndCode>({
    {"no-route", 1, 0},
    {"communication-prohibited", 1, 1},
    {"beyond-scope", 1, 2},
    {"address-unreachable", 1, 3},
    {"port-unreachable", 1, 4},
    {"failed-policy", 1, 5},
    {"reject-route", 1, 6},
    {"ttl-zero-during-transit", 3, 0},
    {"ttl-zero-during-reassembly", 3, 1},
    {"bad-header", 4, 0},
    {"unknown-header-type", 4, 1},
    {"unknown-option", 4, 2},
});

struct Asked {
    std::uint64_t type = kAnyType;
    std::optional<Interval> code;
};

Result<Asked> asked_of(std::string_view text, bool ipv4)
{
    if (text == "any")
        return Asked{};
    const std::span<const TypeAndCode> names =
        ipv4 ? std::span<const TypeAndCode>(kIcmp) : std::span<const TypeAndCode>(kIcmpv6);
    for (const TypeAndCode& one : names) {
        if (one.name == text)
            return Asked{.type = one.type, .code = Interval::point(Value::of(one.code))};
    }
    const std::size_t slash = text.find('/');
    ONLAN_TRY(const std::uint64_t type,
              number_of(text.substr(0, slash), ipv4 ? icmp_types() : icmpv6_types()));
    Asked asked{.type = type, .code = std::nullopt};
    if (slash != std::string_view::npos) {
        ONLAN_TRY(asked.code, range_of(text.substr(slash + 1), ':', kAnyType));
    }
    return asked;
}

// icmp_match() and icmp6_match()
Result<> add_icmp(const Extension& match, const Scope& scope, Draft& draft)
{
    const Option* option = match.find(scope.ipv4() ? "--icmp-type" : "--icmpv6-type");
    if (option == nullptr)
        return {};
    ONLAN_TRY(const Asked asked, asked_of(option->word(), scope.ipv4()));
    const Field type = scope.ipv4() ? Field::icmp_type : Field::icmpv6_type;
    const Field code = scope.ipv4() ? Field::icmp_code : Field::icmpv6_code;
    // Of type 255 and every code: a packet of the protocol at all.
    draft.add_field(type, {.first = {}, .last = kAllOnes});
    if (asked.type == kAnyType && scope.ipv4()) {
        if (option->inverted)
            draft.add_number(Field::none, 0);
        return {};
    }
    std::vector<CompareExpression> both = {
        {.left = {.source = type}, .right = {Interval::point(Value::of(asked.type))}}};
    if (asked.code)
        both.push_back({.left = {.source = code}, .right = {*asked.code}});
    draft.add(OtherStep(AnyWay{.ways = {std::move(both)}, .negated = option->inverted}));
    return {};
}

} // namespace

Result<std::uint16_t> icmp_port(std::string_view text, bool ipv4)
{
    ONLAN_TRY(const Asked asked, asked_of(text, ipv4));
    const std::uint64_t code = asked.code ? asked.code->first.low : 0;
    return static_cast<std::uint16_t>(asked.type << 8U | code);
}

std::span<const ExtensionKind> matches::icmp()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"icmp", add_icmp},
        {"icmp6", add_icmp},
        {"icmpv6", add_icmp},
    });
    return kRows;
}

} // namespace onlan::rules::xt
