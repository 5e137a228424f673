#include "rules/machine/program.hpp"

#include <algorithm>

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
                   [](const Assign&) { return true; }, [](const Notrack&) { return true; },
                   [](const DecideByMap&) { return true; }, [](const Translate&) { return true; },
                   [](const RejectPacket&) { return true; },
                   [](const DivertToSocket&) { return true; }, [](const Enqueue&) { return true; },
                   [](const Ignored&) { return true; }},
        step);
}

bool is_unknown(const OtherStep& step)
{
    const auto* maybe = std::get_if<Maybe>(&step);
    const auto* ignored = std::get_if<Ignored>(&step);
    return (maybe != nullptr && !maybe->understood) || (ignored != nullptr && !ignored->understood);
}

} // namespace

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

std::uint32_t ProgramWriter::declare_chain(Decision::Kind policy)
{
    program_.chains.push_back({.policy = policy});
    return static_cast<std::uint32_t>(program_.chains.size() - 1);
}

void ProgramWriter::begin_chain(std::uint32_t chain)
{
    chain_ = chain;
    program_.chains[chain].first_rule = static_cast<std::uint32_t>(program_.rules.size());
}

void ProgramWriter::add_rule(Draft draft, RuleRef ref)
{
    CompiledRule rule{.first_step = static_cast<std::uint32_t>(program_.steps.size()),
                      .steps = static_cast<std::uint16_t>(draft.steps.size()),
                      .silent = true};
    bool unknown = false;
    for (auto& step : draft.steps) {
        std::visit(Overloaded{[&](const Compare& compare) { program_.steps.emplace_back(compare); },
                              [&](const Decision& decision) {
                                  program_.steps.emplace_back(decision);
                                  rule.silent = false;
                              },
                              [&](OtherStep& other) {
                                  rule.silent = rule.silent && !acts(other);
                                  unknown = unknown || is_unknown(other);
                                  program_.steps.emplace_back(OtherIndex{
                                      static_cast<std::uint32_t>(program_.others.size())});
                                  program_.others.push_back(std::move(other));
                              }},
                   step);
    }
    if (unknown)
        program_.unknown.push_back(static_cast<std::uint32_t>(program_.rules.size()));
    program_.rules.push_back(rule);
    program_.refs.push_back(std::move(ref));
    ++program_.chains[chain_].rules;
}

} // namespace onlan::rules
