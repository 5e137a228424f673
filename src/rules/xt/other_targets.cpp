#include <fmt/format.h>

#include "net/protocols.hpp"
#include "rules/machine/reading.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::targets {
namespace {

Result<> add_tproxy(const Extension& target, const Scope& /*scope*/, Draft& draft)
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

Result<> add_queue(const Extension& /*target*/, const Scope& /*scope*/, Draft& draft)
{
    draft.add(OtherStep(Enqueue{}));
    return {};
}

Result<> add_synproxy(const Extension& /*target*/, const Scope& /*scope*/, Draft& draft)
{
    draft.needs_conntrack = true;
    draft.add_number(Field::l4proto, net::kTcp);
    draft.add(OtherStep(Unknown{"what the SYN proxy answers is not modelled"}));
    return {};
}

Result<> add_connsecmark(const Extension& /*target*/, const Scope& /*scope*/, Draft& draft)
{
    draft.needs_conntrack = true;
    return {};
}

} // namespace

std::span<const ExtensionKind> other_targets()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"TPROXY", add_tproxy},
        {"NFQUEUE", add_queue},
        {"QUEUE", add_queue},
        {"SYNPROXY", add_synproxy},
        {"CONNSECMARK", add_connsecmark},
    });
    return kRows;
}

} // namespace onlan::rules::xt::targets
