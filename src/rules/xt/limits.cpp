// What the packets before a flow decide: how much of a limit they have used up. A flow that is
// asked about finds it as good as fresh, and the explanation says so.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

void add_presumed(bool holds, std::string_view why, Draft& draft)
{
    draft.add(OtherStep(Presumed{.holds = holds, .why = std::string(why)}));
}

// limit_mt(), which has no opposite.
Result<> add_limit(const Extension& /*match*/, const Scope& /*scope*/, Draft& draft)
{
    add_presumed(true, "the limit is not exceeded", draft);
    return {};
}

// hashlimit_mt()
Result<> add_hashlimit(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    add_presumed(!match.has("--hashlimit-above"), "the limit is not exceeded", draft);
    return {};
}

// connlimit_mt()
Result<> add_connlimit(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    draft.needs_conntrack = true;
    const Option* above = match.find("--connlimit-above");
    const Option* most = above != nullptr ? above : match.find("--connlimit-upto");
    if (most == nullptr)
        return not_understood("connlimit needs a number of connections");
    ONLAN_TRY(const std::uint64_t number, number_of(most->word()));
    const bool within = number > 0; // the flow itself is one
    add_presumed((above == nullptr) == (within != most->inverted),
                 "the flow's own connection is the only one that counts", draft);
    return {};
}

// quota_mt()
Result<> add_quota(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    const Option* quota = match.find("--quota");
    add_presumed(quota == nullptr || !quota->inverted, "the quota is not used up", draft);
    return {};
}

// recent_mt(): `--set` always matches. What the flow's own packets have set, they find.
Result<> add_recent(const Extension& match, const Scope& scope, Draft& draft)
{
    const Option* name = match.find("--name");
    const bool source = !match.has("--rdest");
    const Field field = scope.ipv4() ? (source ? Field::ip_saddr : Field::ip_daddr)
                                     : (source ? Field::ip6_saddr : Field::ip6_daddr);
    const auto list = std::make_shared<const ElementSet>(
        std::vector<Element>{}, ElementSet::Growth::fixed,
        fmt::format("recent {}", name == nullptr ? "DEFAULT" : name->word()));
    const std::vector<Expression> key = {{.source = field}};
    if (const Option* set = match.find("--set")) {
        draft.add(OtherStep(UpdateSet{.key = key, .set = list}));
        if (set->inverted)
            draft.add_number(Field::none, 0);
        return {};
    }
    const bool inverted = std::ranges::any_of(match.options, &Option::inverted);
    Presumed seen{.holds = inverted, .why = "the address has not been seen recently"};
    const Option* hits = match.find("--hitcount");
    if (hits == nullptr || hits->word() == "1")
        seen.unless = Contains{.any = {{.key = key, .set = list}}};
    draft.add(OtherStep(std::move(seen)));
    if (match.has("--remove"))
        draft.add(OtherStep(UpdateSet{.key = key, .set = list, .present = false}));
    return {};
}

} // namespace

std::span<const ExtensionKind> limits()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"limit", add_limit},
        {"hashlimit", add_hashlimit},
        {"connlimit", add_connlimit},
        {"quota", add_quota},
        {"quota2", add_quota},
        {"recent", add_recent},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
