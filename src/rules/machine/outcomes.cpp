#include "rules/machine/outcomes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/touched.hpp"

namespace onlan::rules {
namespace {

constexpr std::size_t kMostOutcomes = 16;

bool same_touched(const PacketView& a, const PacketView& b)
{
    return a.touched == b.touched ||
           (a.touched != nullptr && b.touched != nullptr && *a.touched == *b.touched);
}

bool same_packet(const PacketView& a, const PacketView& b)
{
    return same_touched(a, b) && a.mark == b.mark && a.priority == b.priority && a.ttl == b.ttl &&
           a.tos == b.tos && a.type == b.type && a.source == b.source &&
           a.destination == b.destination && a.source_port == b.source_port &&
           a.destination_port == b.destination_port && a.source_mac == b.source_mac &&
           a.destination_mac == b.destination_mac && a.ct.mark == b.ct.mark &&
           a.ct.state == b.ct.state;
}

bool ends_equal(const ChainOutcome& a, const ChainOutcome& b)
{
    return a.verdict == b.verdict && a.nat == b.nat && a.reject == b.reject &&
           a.tproxy == b.tproxy && (a.notrack == nullptr) == (b.notrack == nullptr) &&
           a.zone == b.zone && a.broute == b.broute && same_packet(a.packet, b.packet);
}

template <typename Value>
void keep_common(std::vector<Value>& values, const std::vector<Value>& others)
{
    std::erase_if(values, [&](const Value& value) {
        return std::ranges::find(others, value) == others.end();
    });
}

std::string place(const RuleRef& ref)
{
    return fmt::format("rule {} of chain {} in table {} ({})", ref.number, ref.chain, ref.table,
                       ref.program);
}

// Of what is not understood the reader needs to see the text.
std::string place_and_text(const RuleRef& ref)
{
    return fmt::format("{}: '{}'", place(ref), ref.text);
}

template <typename Kind>
const Kind* step_of(const Guess& guess)
{
    return guess.step == nullptr ? nullptr : std::get_if<Kind>(guess.step);
}

bool is_understood(const Guess& guess)
{
    const auto* maybe = step_of<Maybe>(guess);
    return step_of<Unknown>(guess) == nullptr && (maybe == nullptr || maybe->understood);
}

std::string words(const Guess& guess)
{
    const auto* maybe = step_of<Maybe>(guess);
    const auto* unknown = step_of<Unknown>(guess);
    std::string where = is_understood(guess) ? place(*guess.rule) : place_and_text(*guess.rule);
    switch (guess.kind) {
    case Guess::Kind::matches:
        return maybe != nullptr ? fmt::format("{}: {}", where, maybe->yes)
                                : fmt::format("{} matches", where);
    case Guess::Kind::matches_not:
        return maybe != nullptr ? fmt::format("{}: {}", where, maybe->no)
                                : fmt::format("{} does not match", where);
    case Guess::Kind::presumed:
        return fmt::format("{}: {}", where, step_of<Presumed>(guess)->why);
    case Guess::Kind::chance:
        return fmt::format("{} draws {}", where, guess.chosen);
    case Guess::Kind::way:
        return fmt::format("{} takes entry {} of its map", where, guess.chosen + 1);
    case Guess::Kind::ignored: {
        const auto* ignored = step_of<Ignored>(guess);
        return ignored != nullptr
                   ? fmt::format("{}: {} makes no difference", where, ignored->what)
                   : fmt::format("{} writes an unknown value, which makes no difference", where);
    }
    case Guess::Kind::passes:
        return fmt::format("{} is not understood and lets the packet go on: {}", where,
                           unknown->why);
    case Guess::Kind::accepts:
        return fmt::format("{} is not understood and accepts: {}", where, unknown->why);
    case Guess::Kind::drops:
        return fmt::format("{} is not understood and drops: {}", where, unknown->why);
    }
    return where;
}

} // namespace

void Outcomes::add(const Fork& fork, Verdict verdict, const RuleRef* because)
{
    ChainOutcome outcome{.verdict = verdict,
                         .nat = fork.effects.nat,
                         .reject = fork.effects.reject,
                         .tproxy = fork.effects.tproxy,
                         .notrack = fork.effects.notrack,
                         .zone = fork.effects.zone,
                         .broute = fork.effects.broute,
                         .packet = fork.packet};
    for (const Guess& guess : fork.guesses) {
        outcome.assumptions.push_back(words(guess));
        if (!is_understood(guess))
            outcome.not_understood.push_back(guess.rule);
    }
    const auto equal = std::ranges::find_if(
        outcomes_, [&](const ChainOutcome& other) { return ends_equal(outcome, other); });
    if (equal != outcomes_.end()) {
        keep_common(equal->assumptions, outcome.assumptions);
        return keep_common(equal->not_understood, outcome.not_understood);
    }
    outcome.path = fork.path;
    outcome.because = because;
    outcomes_.push_back(std::move(outcome));
}

std::vector<ChainOutcome> Outcomes::finish(std::size_t rules_seen, bool cut_short) &&
{
    if (outcomes_.size() > kMostOutcomes) {
        std::vector<ChainOutcome> of_verdicts;
        for (ChainOutcome& outcome : outcomes_) {
            if (std::ranges::find(of_verdicts, outcome.verdict, &ChainOutcome::verdict) ==
                of_verdicts.end())
                of_verdicts.push_back(std::move(outcome));
        }
        outcomes_ = std::move(of_verdicts);
        cut_short = true;
    }
    for (ChainOutcome& outcome : outcomes_) {
        outcome.rules_seen = rules_seen;
        if (cut_short)
            outcome.assumptions.push_back(fmt::format(
                "of the many paths through chain {}, this one is taken", chain_.policy.chain));
    }
    return std::move(outcomes_);
}

} // namespace onlan::rules
