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

// socket_match(), net/netfilter/xt_socket.c
Result<> add_socket(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    draft.add_field(Field::socket_wildcard,
                    {.first = {}, .last = Value::of(match.has("--nowildcard") ? 1U : 0U)});
    if (match.has("--transparent"))
        draft.add_number(Field::socket_transparent, 1);
    if (match.has("--restore-skmark"))
        draft.add(OtherStep(
            Assign{.target = Target::mark, .value = Expression{.source = Field::socket_mark}}));
    return {};
}

} // namespace

std::span<const ExtensionKind> socket()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"owner", add_owner},
        {"socket", add_socket},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
