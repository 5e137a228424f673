#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {

Result<bool> add_marks(const Extension& match, const Scope& /*scope*/, Draft& draft)
{
    if (match.name != "mark" && match.name != "connmark")
        return false;
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
    return true;
}

} // namespace onlan::rules::xt
