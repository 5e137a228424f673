#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

Result<> add_mark(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    const bool of_connection = match.name == "connmark";
    draft.needs_conntrack = draft.needs_conntrack || of_connection;
    for (const Option& option : match.options) {
        if (option.name != "--mark")
            return not_understood(
                fmt::format("the option {} of {} is not known", option.name, match.name));
        ONLAN_TRY(const Masked masked, masked_of(option.word()));
        draft.add_comparison(masked_comparison(of_connection ? Field::ct_mark : Field::mark, masked,
                                               option.inverted));
    }
    return {};
}

} // namespace

std::span<const ExtensionKind> marks()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"mark", add_mark},
        {"connmark", add_mark},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
