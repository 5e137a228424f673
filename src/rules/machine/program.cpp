#include "rules/machine/program.hpp"

#include <algorithm>
#include <functional>

#include "rules/machine/asked.hpp"

namespace onlan::rules {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// Does the step decide or change something, or does it only look?
bool acts(const OtherStep& step)
{
    return std::visit(
        Overloaded{[](const CompareExpression&) { return false; },
                   [](const Contains&) { return false; }, [](const AnyWay&) { return false; },
                   [](const Physdev&) { return false; }, [](const AddressType&) { return false; },
                   [](const ReversePath&) { return false; }, [](const Maybe&) { return false; },
                   [](const Presumed&) { return false; }, [](const Assign&) { return true; },
                   [](const Notrack&) { return true; }, [](const UpdateSet&) { return true; },
                   [](const DecideByMap&) { return true; }, [](const Translate&) { return true; },
                   [](const RejectPacket&) { return true; },
                   [](const DivertToSocket&) { return true; }, [](const Enqueue&) { return true; },
                   [](const Ignored&) { return true; }, [](const Unknown&) { return true; }},
        step);
}

bool is_understood(const OtherStep& step)
{
    const auto* maybe = std::get_if<Maybe>(&step);
    return !std::holds_alternative<Unknown>(step) && (maybe == nullptr || maybe->understood);
}

using DraftStep = decltype(Draft::steps)::value_type;

bool is_condition(const DraftStep& step)
{
    const auto* other = std::get_if<OtherStep>(&step);
    return std::holds_alternative<Compare>(step) || (other != nullptr && !acts(*other));
}

bool is_presumed(const DraftStep& step)
{
    const auto* other = std::get_if<OtherStep>(&step);
    return other != nullptr && std::holds_alternative<Presumed>(*other);
}

// What is presumed is worth saying only of packets that the rule's other conditions hold for.
void put_presumed_last(std::vector<DraftStep>& steps)
{
    for (auto from = steps.begin(); from != steps.end();) {
        from = std::find_if(from, steps.end(), is_condition);
        const auto to = std::find_if_not(from, steps.end(), is_condition);
        std::stable_partition(from, to, std::not_fn(is_presumed));
        from = to;
    }
}

} // namespace

void Program::add(std::shared_ptr<const CompiledTable> table)
{
    for (BaseChain base : table->base_chains) {
        base.index += entries.size();
        base_chains.push_back(std::move(base));
    }
    for (std::size_t place = 0; place < table->chains.size(); ++place)
        entries.push_back({.table = table.get(), .place = place});
    tables.push_back(std::move(table));
}

Value Program::bridge_name(int index) const
{
    const auto found = std::ranges::find(bridge_names, index, &std::pair<int, Value>::first);
    return found == bridge_names.end() ? Value{} : found->second;
}

void Draft::add_comparison(CompareExpression comparison)
{
    const auto* field = std::get_if<Field>(&comparison.left.source);
    if (field != nullptr && comparison.left.operations.empty() && comparison.right.size() == 1)
        add(Compare{.field = *field,
                    .negated = comparison.negated,
                    .without = comparison.without,
                    .range = comparison.right.front()});
    else
        add(OtherStep(std::move(comparison)));
}

void Draft::add_field(Field field, Interval range, bool negated)
{
    add(Compare{.field = field, .negated = negated, .range = range});
}

void Draft::add_number(Field field, std::uint64_t number, bool negated)
{
    add_field(field, Interval::point(Value::of(number)), negated);
}

void ChainWriter::add_rule(Draft draft, RuleRef ref)
{
    CompiledRule rule{.first_step = static_cast<std::uint32_t>(chain_.steps.size()),
                      .steps = static_cast<std::uint16_t>(draft.steps.size()),
                      .silent = true};
    ref.asked = asked_by(draft);
    put_presumed_last(draft.steps);
    for (auto& step : draft.steps) {
        std::visit(Overloaded{[&](const Compare& compare) { chain_.steps.emplace_back(compare); },
                              [&](const Decision& decision) {
                                  chain_.steps.emplace_back(decision);
                                  rule.silent = false;
                              },
                              [&](OtherStep& other) {
                                  rule.silent = rule.silent && !acts(other);
                                  rule.understood = rule.understood && is_understood(other);
                                  chain_.steps.emplace_back(
                                      OtherIndex{static_cast<std::uint32_t>(chain_.others.size())});
                                  chain_.others.push_back(std::move(other));
                              }},
                   step);
    }
    chain_.needs_conntrack = chain_.needs_conntrack || draft.needs_conntrack;
    if (draft.conntrack_of)
        chain_.conntrack_of.push_back(*draft.conntrack_of);
    chain_.rules.push_back(rule);
    chain_.refs.push_back(std::move(ref));
}

std::shared_ptr<const CompiledChain> ChainWriter::finish() &&
{
    return std::make_shared<const CompiledChain>(std::move(chain_));
}

} // namespace onlan::rules
