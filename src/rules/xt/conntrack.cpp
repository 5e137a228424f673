#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt::matches {
namespace {

constexpr auto kStates = std::to_array<Symbol>({
    {"INVALID", kStateInvalid},
    {"NEW", kStateNew},
    {"ESTABLISHED", kStateEstablished},
    {"RELATED", kStateRelated},
    {"UNTRACKED", kStateUntracked},
    {"SNAT", kStateSnat},
    {"DNAT", kStateDnat},
});
constexpr auto kStatuses = std::to_array<Symbol>({
    {"EXPECTED", model::kExpected},
    {"SEEN_REPLY", model::kSeenReply},
    {"ASSURED", model::kAssured},
    {"CONFIRMED", model::kConfirmed},
});

Result<std::uint64_t> bits_of(std::string_view list, std::span<const Symbol> symbols)
{
    std::uint64_t bits = 0;
    for (const std::string& name : split(list, ',')) {
        ONLAN_TRY(const std::uint64_t bit, number_of(name, symbols));
        bits |= bit;
    }
    return bits;
}

CompareExpression any_bit(Field field, std::uint64_t bits, bool inverted)
{
    return {
        .left = {.source = field,
                 .operations = {{.kind = Operation::Kind::bit_and, .operand = Value::of(bits)}}},
        .right = {Interval::point({})},
        .negated = !inverted};
}

struct TupleOption {
    std::string_view name;
    Field field = Field::unknown;
    bool is_address = false;
};
constexpr auto kTupleOptions = std::to_array<TupleOption>({
    {"--ctorigsrc", Field::ct_original_saddr, true},
    {"--ctorigdst", Field::ct_original_daddr, true},
    {"--ctreplsrc", Field::ct_reply_saddr, true},
    {"--ctrepldst", Field::ct_reply_daddr, true},
    {"--ctorigsrcport", Field::ct_original_sport, false},
    {"--ctorigdstport", Field::ct_original_dport, false},
    {"--ctreplsrcport", Field::ct_reply_sport, false},
    {"--ctrepldstport", Field::ct_reply_dport, false},
});

Result<CompareExpression> comparison_of(const Option& option, const Scope& scope)
{
    const auto* tuple = std::ranges::find(kTupleOptions, option.name, &TupleOption::name);
    if (tuple != kTupleOptions.end() && tuple->is_address)
        return masked_address(tuple->field, option, scope);
    if (tuple != kTupleOptions.end()) {
        ONLAN_TRY(const Interval ports, range_of(option.word(), ':', 0xFFFF, services()));
        return CompareExpression{
            .left = {.source = tuple->field}, .right = {ports}, .negated = option.inverted};
    }
    if (option.name == "--ctstatus") {
        // NONE is a status without any bit.
        if (option.word() == "NONE")
            return CompareExpression{.left = {.source = Field::ct_status},
                                     .right = {Interval::point({})},
                                     .negated = option.inverted};
        ONLAN_TRY(const std::uint64_t bits, bits_of(option.word(), kStatuses));
        return any_bit(Field::ct_status, bits, option.inverted);
    }
    if (option.name == "--ctdir")
        return CompareExpression{
            .left = {.source = Field::ct_direction},
            .right = {Interval::point(Value::of(option.word() == "REPLY" ? 1 : 0))},
            .negated = option.inverted};
    if (option.name == "--ctproto") {
        ONLAN_TRY(const std::uint64_t protocol, number_of(option.word(), protocols()));
        return CompareExpression{.left = {.source = Field::ct_protocol},
                                 .right = {Interval::point(Value::of(protocol))},
                                 .negated = option.inverted};
    }
    // How long an entry still lives is over when the packet comes.
    if (option.name == "--ctexpire")
        return CompareExpression{.left = {.source = Field::unknown}, .right = {}};
    return not_understood(fmt::format("the option {} of conntrack is not known", option.name));
}

// conntrack_mt(), net/netfilter/xt_conntrack.c: without an entry only the state is looked at, and
// without a state nothing matches.
Result<> add_conntrack(const Extension& match, const Scope& scope, Draft& draft)
{
    draft.needs_conntrack = true;
    const Option* state = match.find("--ctstate");
    if (state == nullptr)
        state = match.find("--state");
    if (state != nullptr) {
        ONLAN_TRY(const std::uint64_t bits, bits_of(state->word(), kStates));
        draft.add_comparison(any_bit(Field::ct_nat_state, bits, state->inverted));
    }
    for (const Option& option : match.options) {
        if (&option == state)
            continue;
        ONLAN_TRY(CompareExpression comparison, comparison_of(option, scope));
        comparison.without = state != nullptr;
        draft.add_comparison(std::move(comparison));
    }
    return {};
}

} // namespace

std::span<const ExtensionKind> conntrack()
{
    static constexpr auto kRows = std::to_array<ExtensionKind>({
        {"conntrack", add_conntrack},
        {"state", add_conntrack},
    });
    return kRows;
}

} // namespace onlan::rules::xt::matches
