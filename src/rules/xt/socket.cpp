#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

// owner_mt(), net/netfilter/xt_owner.c: without a socket the packet matches if all options are
// inverted.
Result<> add_owner(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    const bool all_inverted = std::ranges::all_of(match.options, &Option::inverted);
    for (const Option& option : match.options) {
        CompareExpression comparison{.left = {.source = Field::skuid},
                                     .right = {Interval{.first = {}, .last = kAllOnes}},
                                     .negated = option.inverted,
                                     .without = all_inverted};
        if (option.name == "--uid-owner" || option.name == "--gid-owner") {
            ONLAN_TRY(const Interval owners, range_of(option.word(), '-', 0xFFFFFFFF));
            comparison.left.source = option.name == "--uid-owner" ? Field::skuid : Field::skgid;
            comparison.right = {owners};
        } else if (option.name != "--socket-exists") {
            continue; // --suppl-groups widens --gid-owner by what no snapshot tells
        }
        draft.add_comparison(std::move(comparison));
    }
    return {};
}

} // namespace

std::span<const ExtensionKind> socket()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"owner", add_owner},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
