#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {
namespace {

constexpr std::uint64_t kMost = 0xFF;

Result<> add_length(const Extension& match, Draft& draft)
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

// Headers that no packet of ours has: AH, ESP, and IPv6's extension headers but for the fragment's.
void add_absent(Draft& draft)
{
    draft.add_number(Field::none, 0);
}

} // namespace

Result<bool> add_header(const Extension& match, const Scope& scope, Draft& draft)
{
    constexpr auto kAbsent =
        std::to_array<std::string_view>({"ah", "esp", "hbh", "dst", "rt", "mh", "srh", "ipcomp"});
    if (match.name == "length") {
        ONLAN_CHECK(add_length(match, draft));
    } else if (match.name == "ttl" || match.name == "hl") {
        ONLAN_CHECK(add_ttl(match, scope, draft));
    } else if (match.name == "tos" || match.name == "dscp") {
        ONLAN_CHECK(add_tos(match, scope, draft));
    } else if (match.name == "frag") {
        draft.add_number(Field::later_fragment, 1);
    } else if (std::ranges::find(kAbsent, match.name) != kAbsent.end()) {
        add_absent(draft);
    } else if (match.name == "policy") {
        // policy_mt(): none of our packets comes out of an IPsec transformation or goes into one.
        if (const Option* policy = match.find("--pol");
            policy == nullptr || policy->word() != "none")
            add_absent(draft);
    } else {
        return false;
    }
    return true;
}

} // namespace onlan::rules::xt
