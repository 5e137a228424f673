#include <fmt/format.h>

#include "rules/machine/harmless_targets.hpp"
#include "rules/machine/reading.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {
namespace {

Result<> add_tproxy(const Extension& target, Draft& draft)
{
    DivertToSocket divert{.accepts = true};
    for (const Option& option : target.options) {
        if (option.name == "--on-port") {
            ONLAN_TRY(const std::uint64_t port, number_of(option.word(), services()));
            if (port != 0)
                divert.port = Expression{.source = Value::of(port)};
        } else if (option.name == "--on-ip") {
            ONLAN_TRY(const Value address, address_of(option.word()));
            if (!address.zero())
                divert.address = Expression{.source = address};
        } else if (option.name == "--tproxy-mark") {
            ONLAN_TRY(const Masked masked, masked_of(option.word()));
            divert.mark_keep = Value::of(~masked.mask);
            divert.mark_value = Value::of(masked.value);
        }
    }
    draft.add(OtherStep(std::move(divert)));
    return {};
}

} // namespace

Result<bool> add_other_target(const Extension& target, const Scope& /*scope*/, Draft& draft)
{
    if (is_harmless_target(target.name)) {
        draft.needs_conntrack = draft.needs_conntrack || target.name == "CONNSECMARK";
        return true;
    }
    if (target.name == "TPROXY") {
        ONLAN_CHECK(add_tproxy(target, draft));
        return true;
    }
    if (target.name == "NFQUEUE" || target.name == "QUEUE") {
        draft.add(OtherStep(Enqueue{}));
        return true;
    }
    if (target.name == "SYNPROXY") {
        draft.needs_conntrack = true;
        draft.add(OtherStep(Ignored{.what = "that the SYN proxy answers"}));
        draft.add(Decision{.kind = Decision::Kind::drop});
        return true;
    }
    return false;
}

} // namespace onlan::rules::xt
