#include "rules/machine/walk.hpp"

#include <algorithm>
#include <type_traits>

#include "rules/machine/actions.hpp"
#include "rules/machine/conditions.hpp"
#include "rules/machine/outcomes.hpp"

namespace onlan::rules {
namespace {

// What one step makes of the rule it stands in.
enum class After : std::uint8_t { next_step, next_rule, moved, finished };

constexpr std::size_t kMostForks = 256;
constexpr std::uint32_t kMostChances = 64;
// Chains that call each other in a circle, which the kernel does not load, end here.
constexpr std::size_t kMostRules = std::size_t{1} << 20U;
constexpr std::size_t kDeepest = 256;
constexpr std::size_t kLongestPath = 4096;

class Walk {
public:
    Walk(const BaseChain& chain, const Context& context)
        : context_(context),
          entry_(context.program.entries[chain.index]),
          policy_(&chain.policy),
          outcomes_(chain)
    {}

    std::vector<ChainOutcome> from(const PacketView& packet)
    {
        Fork first;
        first.packet = packet;
        first.at = {.chain = entry_.chain().code.get()};
        first.path.reserve(8);
        run(first);
        while (!pending_.empty()) {
            Fork next = std::move(pending_.back());
            pending_.pop_back();
            run(next);
        }
        return std::move(outcomes_).finish(rules_seen_, cut_short_);
    }

private:
    void run(Fork& fork)
    {
        for (;;) {
            if (++rules_seen_ > kMostRules || fork.callers.size() > kDeepest) {
                cut_short_ = true;
                return outcomes_.add(fork, verdict_of(entry_.chain().policy), policy_);
            }
            if (!fork.at.is_end()) {
                if (run_rule(fork) == After::finished)
                    return;
            } else if (fork.callers.empty()) {
                return outcomes_.add(fork, verdict_of(entry_.chain().policy), policy_);
            } else {
                go(fork, fork.callers.back());
                fork.callers.pop_back();
            }
        }
    }

    After run_rule(Fork& fork)
    {
        const CompiledRule rule = fork.at.chain->rules[fork.at.rule];
        const ProgramStep* steps = fork.at.chain->steps.data() + rule.first_step;
        while (fork.step < rule.steps) {
            const After after = run_step(fork, steps[fork.step], rule.silent);
            if (after == After::moved || after == After::finished)
                return after;
            if (after == After::next_rule) {
                go(fork, behind(fork.at));
                return after;
            }
            ++fork.step;
        }
        note_matched(fork);
        go(fork, behind(fork.at));
        return After::next_rule;
    }

    After run_step(Fork& fork, const ProgramStep& step, bool silent)
    {
        if (const auto* compare = std::get_if<Compare>(&step)) {
            const Tri answer = check(*compare, sight_of(fork));
            if (answer == Tri::no)
                return After::next_rule;
            return answer == Tri::yes ? After::next_step : fork_on(fork, nullptr, silent);
        }
        if (const auto* decision = std::get_if<Decision>(&step))
            return decide(fork, *decision);
        const OtherStep& other = fork.at.chain->others[std::get_if<OtherIndex>(&step)->index];
        return std::visit(
            [&](const auto& one) {
                if constexpr (requires { check(one, sight_of(fork)); }) {
                    const Tri answer = check(one, sight_of(fork));
                    if (answer == Tri::maybe)
                        return fork_on(fork, &other, silent);
                    return answer == Tri::yes ? After::next_step : After::next_rule;
                } else if constexpr (std::is_same_v<decltype(one), const Presumed&>) {
                    return presume(fork, one, other, silent);
                } else {
                    return act(fork, one, other);
                }
            },
            other);
    }

    After presume(Fork& fork, const Presumed& presumed, const OtherStep& step, bool silent) const
    {
        if (presumed.unless && check(*presumed.unless, sight_of(fork)) == Tri::yes)
            return presumed.holds ? After::next_rule : After::next_step;
        if (!silent)
            fork.guesses.push_back(
                {.kind = Guess::Kind::presumed, .rule = fork.at.ref(), .step = &step});
        return presumed.holds ? After::next_step : After::next_rule;
    }

    // The packet goes both ways from here: the rule matches, or does not.
    After fork_on(Fork& fork, const OtherStep* step, bool silent)
    {
        // Where the rule does nothing, nothing hangs on the answer.
        if (silent)
            return After::next_rule;
        if (may_split()) {
            Fork other = fork;
            other.guesses.push_back(
                {.kind = Guess::Kind::matches_not, .rule = fork.at.ref(), .step = step});
            go(other, behind(fork.at));
            pending_.push_back(std::move(other));
        }
        fork.guesses.push_back({.kind = Guess::Kind::matches, .rule = fork.at.ref(), .step = step});
        return After::next_step;
    }

    bool may_split()
    {
        cut_short_ = cut_short_ || ++forks_ > kMostForks;
        return !cut_short_;
    }

    After decide(Fork& fork, const Decision& decision)
    {
        if (decision.kind == Decision::Kind::continue_)
            return After::next_step;
        const Place at = fork.at;
        note_matched(fork);
        switch (decision.kind) {
        case Decision::Kind::continue_:
            break;
        case Decision::Kind::accept:
        case Decision::Kind::drop:
            outcomes_.add(fork, verdict_of(decision.kind), at.ref());
            return After::finished;
        case Decision::Kind::return_:
            go(fork, end_of(at.chain));
            break;
        case Decision::Kind::jump:
            fork.callers.push_back(behind(at));
            enter(fork, decision.chain);
            break;
        case Decision::Kind::go_to:
            enter(fork, decision.chain);
            break;
        }
        return After::moved;
    }

    After act(Fork& fork, const DecideByMap& decide_by, const OtherStep& /*step*/)
    {
        const Key key = read_key(decide_by.key, sight_of(fork));
        if (key.known == Known::nothing)
            return After::next_rule;
        if (key.known == Known::value) {
            const ElementSet::Found found = decide_by.map->find(key.parts);
            if (found.answer == Tri::no)
                return After::next_rule;
            const auto* decision =
                found.answer == Tri::yes ? std::get_if<Decision>(&found.element->data) : nullptr;
            if (decision != nullptr)
                return decide(fork, *decision);
        }
        return decide_any(fork, decide_by);
    }

    // The key is not known: the packet goes each way that the map has. With a key that is drawn,
    // none but those; otherwise also past the rule.
    After decide_any(Fork& fork, const DecideByMap& decide_by)
    {
        std::vector<Decision> ways;
        for (const Element& element : decide_by.map->elements()) {
            const auto* decision = std::get_if<Decision>(&element.data);
            if (decision != nullptr && std::ranges::find(ways, *decision) == ways.end())
                ways.push_back(*decision);
        }
        for (const Decision& way : ways) {
            if (!may_split())
                break;
            Fork other = fork;
            other.guesses.push_back({.kind = Guess::Kind::way,
                                     .rule = fork.at.ref(),
                                     .chosen = static_cast<std::uint32_t>(&way - ways.data())});
            const After after = decide(other, way);
            if (after == After::next_step)
                ++other.step;
            if (after != After::finished)
                pending_.push_back(std::move(other));
        }
        if (decide_by.key.size() == 1 && chance_in(decide_by.key.front()) != nullptr && !cut_short_)
            return After::finished;
        fork.guesses.push_back({.kind = Guess::Kind::matches_not, .rule = fork.at.ref()});
        return After::next_rule;
    }

    static After act(Fork& fork, const Ignored& /*ignored*/, const OtherStep& step)
    {
        fork.guesses.push_back(
            {.kind = Guess::Kind::ignored, .rule = fork.at.ref(), .step = &step});
        return After::next_step;
    }

    After act(Fork& fork, const Unknown& /*unknown*/, const OtherStep& step)
    {
        const auto guess = [&](Guess::Kind kind) {
            return Guess{.kind = kind, .rule = fork.at.ref(), .step = &step};
        };
        if (may_split()) {
            for (const Verdict verdict : {Verdict::accept, Verdict::drop}) {
                Fork other = fork;
                other.guesses.push_back(
                    guess(verdict == Verdict::drop ? Guess::Kind::drops : Guess::Kind::accepts));
                note_matched(other);
                outcomes_.add(other, verdict, fork.at.ref());
            }
        }
        fork.guesses.push_back(guess(Guess::Kind::passes));
        return After::next_step;
    }

    template <typename Action>
    After act(Fork& fork, const Action& action, const OtherStep& step)
    {
        const Done done = perform(action, fork, context_);
        switch (done.kind) {
        case Done::Kind::goes_on:
            fork.chosen.reset();
            return After::next_step;
        case Done::Kind::breaks:
            return After::next_rule;
        case Done::Kind::depends:
            break;
        case Done::Kind::ends: {
            note_matched(fork);
            outcomes_.add(fork, done.verdict, fork.at.ref());
            return After::finished;
        }
        }
        if constexpr (requires { chance_in(action); }) {
            const AnyOf* any = chance_in(action);
            if (any != nullptr && any->modulus <= kMostChances && !fork.chosen)
                return draw(fork, any->modulus);
        }
        fork.guesses.push_back(
            {.kind = Guess::Kind::ignored, .rule = fork.at.ref(), .step = &step});
        return After::next_step;
    }

    // The same step again, once with each number that may be drawn.
    After draw(const Fork& fork, std::uint32_t modulus)
    {
        for (std::uint32_t chosen = 0; chosen < modulus; ++chosen) {
            if (chosen > 0 && !may_split())
                break;
            Fork other = fork;
            other.chosen = chosen;
            other.guesses.push_back(
                {.kind = Guess::Kind::chance, .rule = fork.at.ref(), .chosen = chosen});
            pending_.push_back(std::move(other));
        }
        return After::finished;
    }

    static void note_matched(Fork& fork)
    {
        if (fork.path.size() < kLongestPath)
            fork.path.push_back(fork.at.ref());
    }

    static void go(Fork& fork, Place to)
    {
        fork.at = to;
        fork.step = 0;
        fork.chosen.reset();
    }

    static Place behind(Place at) { return {.chain = at.chain, .rule = at.rule + 1}; }
    static Place end_of(const CompiledChain* chain)
    {
        return {.chain = chain, .rule = static_cast<std::uint32_t>(chain->rules.size())};
    }

    void enter(Fork& fork, std::uint32_t chain) const
    {
        go(fork, {.chain = entry_.table->chains[chain].code.get()});
    }

    static Verdict verdict_of(Decision::Kind kind)
    {
        return kind == Decision::Kind::drop ? Verdict::drop : Verdict::accept;
    }

    Sight sight_of(Fork& fork) const
    {
        return {.packet = fork.packet, .context = context_, .registers = fork.registers};
    }

    const Context& context_;
    const Program::Entry& entry_;
    const RuleRef* policy_;
    Outcomes outcomes_;
    std::vector<Fork> pending_;
    std::size_t forks_ = 0;
    std::size_t rules_seen_ = 0;
    bool cut_short_ = false;
};

} // namespace

std::vector<ChainOutcome>
walk(const BaseChain& chain, const PacketView& packet, const Context& context)
{
    return Walk(chain, context).from(packet);
}

} // namespace onlan::rules
