#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/set.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// "in" without a set: any of these bits (expr_op OP_IMPLICIT, struct expr's flag comparison).
Result<> add_any_bit(Operand left, const Json& right, bool none, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const Value bits, constant(right, left.types.front(), scope.devices));
    CompareExpression comparison{
        .left = std::move(left.parts.front()), .right = {Interval::point({})}, .negated = !none};
    comparison.left.operations.push_back({.kind = Operation::Kind::bit_and, .operand = bits});
    draft.add_comparison(std::move(comparison));
    return {};
}

// Plain values in braces need no set: they are intervals of one field.
bool is_anonymous_set(const Json& right)
{
    const Json* list = find_member(right, "set");
    return list != nullptr && list->is_array();
}

Result<> add_in_set(Operand left, const Json& right, bool negated, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const auto set, set_operand(right, {.key = left.types, .data = {}}, scope));
    const bool fits = std::ranges::all_of(set->elements(), [&](const Element& element) {
        return element.key.size() == left.parts.size();
    });
    if (!fits)
        return not_understood(fmt::format("a key of the wrong size for {}", shown(right)));
    if (left.parts.size() == 1 && is_anonymous_set(right)) {
        Intervals intervals;
        for (const Element& element : set->elements())
            intervals.push_back(element.key.front());
        draft.add_comparison({.left = std::move(left.parts.front()),
                              .right = merged(std::move(intervals)),
                              .negated = negated});
        return {};
    }
    Contains contains{.negated = negated};
    contains.any.push_back({.key = std::move(left.parts), .set = set});
    draft.add(OtherStep(std::move(contains)));
    return {};
}

Result<Interval> compared_with(const std::string& op, const Interval& right)
{
    const auto before = [](const Value& value) {
        return value.low == 0 ? Value{.high = value.high - 1, .low = ~std::uint64_t{0}}
                              : Value{.high = value.high, .low = value.low - 1};
    };
    const auto after = [](const Value& value) {
        return value.low == ~std::uint64_t{0} ? Value{.high = value.high + 1, .low = 0}
                                              : Value{.high = value.high, .low = value.low + 1};
    };
    // An empty interval where nothing is smaller or larger.
    constexpr Interval kEmpty{.first = kAllOnes, .last = {}};
    if (op == "<")
        return right.first.zero() ? kEmpty : Interval{.first = {}, .last = before(right.first)};
    if (op == "<=")
        return Interval{.first = {}, .last = right.last};
    if (op == ">")
        return right.last == kAllOnes ? kEmpty
                                      : Interval{.first = after(right.last), .last = kAllOnes};
    if (op == ">=")
        return Interval{.first = right.first, .last = kAllOnes};
    return right;
}

// `fib … oif exists` is printed as a comparison of the device with a boolean.
void ask_presence(Operand& left, const Json& right)
{
    auto* fib = std::get_if<Fib>(&left.parts.front().source);
    if (fib != nullptr && right.is_boolean())
        fib->result = Fib::Result::present;
}

// The right side of a concatenation that is compared and not looked up.
Result<>
add_concatenation(Operand left, const Json& right, bool negated, const Scope& scope, Draft& draft)
{
    const Json* list = find_member(right, "concat");
    if (list == nullptr || !list->is_array() || list->size() != left.parts.size())
        return not_understood(fmt::format("a concatenation compared with {}", shown(right)));
    AnyWay whole{.ways = {{}}, .negated = negated};
    for (std::size_t at = 0; at < list->size(); ++at) {
        ONLAN_TRY(const Interval value, interval((*list)[at], left.types[at], scope.devices));
        whole.ways.front().push_back({.left = std::move(left.parts[at]), .right = {value}});
    }
    draft.add(OtherStep(std::move(whole)));
    return {};
}

Result<> add_match(const std::string& /*name*/, const Json& json, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const std::string op, text_member(json, "op"));
    ONLAN_TRY(const Json* left_json, member(json, "left"));
    ONLAN_TRY(const Json* right, member(json, "right"));
    ONLAN_TRY(Operand left, operand(*left_json, scope));
    add_needs(left, draft);
    // What is compared does not matter where one side is not known.
    if (left.parts.size() == 1 && left.types.front() == Datatype::other) {
        draft.add_comparison({.left = std::move(left.parts.front()),
                              .right = {Interval{.first = {}, .last = kAllOnes}}});
        return {};
    }
    ask_presence(left, *right);
    const bool negated = op == "!=";
    const bool named = right->is_string() && right->get_ref<const std::string&>().starts_with('@');
    if (named || find_member(*right, "set") != nullptr)
        return add_in_set(std::move(left), *right, negated, scope, draft);
    if (left.parts.size() != 1)
        return add_concatenation(std::move(left), *right, negated, scope, draft);
    if (op == "in" || op == "!")
        return add_any_bit(std::move(left), *right, op == "!", scope, draft);
    ONLAN_TRY(const Interval value, interval(*right, left.types.front(), scope.devices));
    ONLAN_TRY(const Interval range, compared_with(op, value));
    draft.add_comparison(
        {.left = std::move(left.parts.front()), .right = {range}, .negated = negated});
    return {};
}

// Names of devices stand in quotes; other texts do not.
bool names_device(const Json& left, const Json& right)
{
    const Json* meta = find_member(left, "meta");
    return meta != nullptr && optional_text(*meta, "key").find("name") != std::string::npos &&
           right.is_string() && !right.get_ref<const std::string&>().starts_with('@');
}

std::string value_words(const Json& left, const Json& right)
{
    if (names_device(left, right))
        return fmt::format("\"{}\"", words(right));
    // Flags stand in a list, with commas between.
    return right.is_array() ? joined(right, ",") : words(right);
}

std::string match_words(const std::string& /*name*/, const Json& match)
{
    const std::string op = optional_text(match, "op");
    const Json* left = find_member(match, "left");
    const Json* right = find_member(match, "right");
    if (left == nullptr || right == nullptr)
        return shown(match);
    return fmt::format("{}{} {}", words(*left), op == "==" || op == "in" ? "" : " " + op,
                       value_words(*left, *right));
}

} // namespace

std::span<const Statement> match()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"match", add_match, match_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
