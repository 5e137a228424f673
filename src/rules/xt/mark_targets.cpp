#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/targets.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::targets {
namespace {

constexpr std::uint32_t kAll = 0xFFFFFFFF;

// (mark & keep) ^ bits: the shape that all of them have in the kernel.
Assign assign_of(Target target, std::uint32_t keep, std::uint32_t bits)
{
    return {.target = target, .keep = Value::of(keep), .value = {.source = Value::of(bits)}};
}

// libxt_MARK.c and libxt_CONNMARK.c: how each option is put into value and mask.
Result<std::optional<Assign>> set_mark(const Option& option, Target target)
{
    ONLAN_TRY(const Masked masked, masked_of(option.word()));
    if (option.name == "--set-xmark")
        return assign_of(target, ~masked.mask, masked.value);
    if (option.name == "--set-mark")
        return assign_of(target, ~(masked.mask | masked.value), masked.value);
    if (option.name == "--and-mark")
        return assign_of(target, masked.value, 0);
    if (option.name == "--or-mark")
        return assign_of(target, ~masked.value, masked.value);
    if (option.name == "--xor-mark")
        return assign_of(target, kAll, masked.value);
    return std::nullopt;
}

// connmark_tg(), net/netfilter/xt_connmark.c:
// save: ctmark = (ctmark & ~ctmask) ^ (mark & nfmask), restore: the other way round.
Result<Assign> copy_mark(const Extension& target)
{
    std::uint32_t connection_mask = kAll;
    std::uint32_t packet_mask = kAll;
    for (const Option& option : target.options) {
        if (!option.name.ends_with("mask"))
            continue;
        ONLAN_TRY(const std::uint64_t mask, number_of(option.word()));
        if (option.name != "--nfmask")
            connection_mask = static_cast<std::uint32_t>(mask);
        if (option.name != "--ctmask")
            packet_mask = static_cast<std::uint32_t>(mask);
    }
    const bool save = target.has("--save-mark");
    Expression value{.source = save ? Field::mark : Field::ct_mark,
                     .operations = {{.kind = Operation::Kind::bit_and,
                                     .operand = Value::of(save ? packet_mask : connection_mask)}}};
    return Assign{.target = save ? Target::ct_mark : Target::mark,
                  .keep = Value::of(save ? ~connection_mask : ~packet_mask),
                  .value = std::move(value)};
}

Result<> add_mark(const Extension& target, const Scope& /*scope*/, Draft& draft)
{
    const bool of_connection = target.name == "CONNMARK";
    draft.needs_conntrack = draft.needs_conntrack || of_connection;
    if (target.has("--save-mark") || target.has("--restore-mark")) {
        ONLAN_TRY(Assign copy, copy_mark(target));
        draft.add(OtherStep(std::move(copy)));
        return {};
    }
    for (const Option& option : target.options) {
        ONLAN_TRY(auto assign, set_mark(option, of_connection ? Target::ct_mark : Target::mark));
        if (!assign)
            return not_understood(
                fmt::format("the option {} of {} is not known", option.name, target.name));
        draft.add(OtherStep(*std::move(assign)));
    }
    return {};
}

} // namespace

std::span<const ExtensionKind> mark_targets()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"MARK", add_mark},
        {"CONNMARK", add_mark},
    });
    return kRows;
}

} // namespace onlan::rules::xt::targets
