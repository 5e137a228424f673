#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::targets {
namespace {

Result<> add_notrack(const Extension& /*target*/, const Scope& /*scope*/, Draft& draft)
{
    draft.add(OtherStep(Notrack{}));
    return {};
}

// xt_ct_target(), net/netfilter/xt_CT.c
Result<> add_ct(const Extension& target, const Scope& scope, Draft& draft)
{
    if (target.has("--notrack"))
        return add_notrack(target, scope, draft);
    draft.needs_conntrack = true;
    for (const Option& option : target.options) {
        if (!option.name.starts_with("--zone"))
            continue; // --helper, --timeout, --ctevents: they change no packet's way
        Expression zone{.source = Field::mark};
        if (option.word() != "mark") {
            ONLAN_TRY(const std::uint64_t number, number_of(option.word()));
            zone.source = Value::of(number);
        }
        const Target written = option.name == "--zone-orig"    ? Target::zone_original
                               : option.name == "--zone-reply" ? Target::zone_reply
                                                               : Target::zone;
        draft.add(OtherStep(Assign{.target = written, .value = std::move(zone)}));
    }
    return {};
}

} // namespace

std::span<const ExtensionKind> ct()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"CT", add_ct},
        {"NOTRACK", add_notrack},
    });
    return kRows;
}

} // namespace onlan::rules::xt::targets
