#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

constexpr std::uint64_t kMost = 0xFF;

Result<> add_length(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    for (const Option& option : match.options) {
        ONLAN_TRY(const Interval length, range_of(option.word(), ':', 0xFFFF));
        draft.add_field(Field::length, length, option.inverted);
    }
    return {};
}

// ttl_mt() and hl_mt6(), net/netfilter/xt_hl.c
Result<> add_ttl(const Extension& match, const Scope& scope, Draft& draft)
{
    const Field field = scope.ipv4() ? Field::ip_ttl : Field::ip6_hoplimit;
    for (const Option& option : match.options) {
        ONLAN_TRY(const std::uint64_t number, number_of(option.word()));
        if (option.name.ends_with("-eq"))
            draft.add_number(field, number, option.inverted);
        else if (option.name.ends_with("-lt"))
            draft.add_field(field, {.first = {}, .last = Value::of(number == 0 ? 0 : number - 1)},
                            number == 0);
        else
            draft.add_field(field, {.first = Value::of(number + 1), .last = Value::of(kMost)});
    }
    return {};
}

Result<> add_tos(const Extension& match, const Scope& scope, Draft& draft)
{
    const Field field = scope.ipv4() ? Field::ip_tos : Field::ip6_tos;
    for (const Option& option : match.options) {
        Masked masked{.value = 0, .mask = kMost};
        if (option.name == "--dscp" || option.name == "--dscp-class") {
            std::string name = option.word();
            std::ranges::transform(name, name.begin(), [](char letter) {
                return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
            });
            ONLAN_TRY(const std::uint64_t dscp, number_of(name, dscps()));
            masked = {.value = static_cast<std::uint32_t>(dscp << 2U), .mask = 0xFC};
        } else {
            ONLAN_TRY(masked, masked_of(option.word()));
        }
        draft.add_comparison(masked_comparison(field, masked, option.inverted));
    }
    return {};
}

Result<> add_frag(const Extension& /*match*/, const Scope& /*scope*/, Draft& draft)
{
    draft.add_number(Field::later_fragment, 1);
    return {};
}

// Headers that no packet of ours has: AH, ESP, and IPv6's extension headers but for the fragment's.
Result<> add_absent(const Extension& /*match*/, const Scope& /*scope*/, Draft& draft)
{
    draft.add_number(Field::none, 0);
    return {};
}

// policy_mt(): none of our packets comes out of an IPsec transformation or goes into one.
Result<> add_policy(const Extension& match, const Scope& scope, Draft& draft)
{
    const Option* policy = match.find("--pol");
    if (policy != nullptr && policy->word() == "none")
        return {};
    return add_absent(match, scope, draft);
}

} // namespace

std::span<const ExtensionKind> header()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"length", add_length},
        {"ttl", add_ttl},
        {"hl", add_ttl},
        {"tos", add_tos},
        {"dscp", add_tos},
        {"frag", add_frag},
        {"policy", add_policy},
        {"ah", add_absent},
        {"esp", add_absent},
        {"hbh", add_absent},
        {"dst", add_absent},
        {"rt", add_absent},
        {"mh", add_absent},
        {"srh", add_absent},
        {"ipcomp", add_absent},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
