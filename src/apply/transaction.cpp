#include "apply/transaction.hpp"

#include <algorithm>
#include <ranges>

namespace onlan::apply {
namespace {

using plan::PlannedStep;

Result<> make(Actuator& actuator, Journal& journal, const plan::Entry& entry)
{
    ONLAN_TRY(const RecordId id, journal.doing(entry.owner, entry.change));
    ONLAN_CHECK(actuator.perform(entry.change));
    return journal.done(id);
}

// Unlike making, undoing is safe without its record, as on a full disk: the change stays on the
// ledger and is undone once more later.
Result<> undo(Actuator& actuator, Journal& journal, const plan::Entry& entry)
{
    auto id = journal.undoing(entry.owner, entry.change);
    if (!id && id.error().code == Failed::not_found)
        return Failure{std::move(id).error()};
    ONLAN_CHECK(actuator.perform(plan::inverse(entry.change)));
    return id ? journal.undone(*id) : Result<>{Failure{std::move(id).error()}};
}

Result<> perform(Actuator& actuator, Journal& journal, const PlannedStep& step)
{
    const plan::Entry entry{.owner = step.owner, .change = step.recorded()};
    return step.undoes ? undo(actuator, journal, entry) : make(actuator, journal, entry);
}

// A disk that is full is said once, not once for each record.
void collect(std::vector<Error>& errors, Error error)
{
    if (std::ranges::find(errors, error.message, &Error::message) == errors.end())
        errors.push_back(std::move(error));
}

void collect(std::vector<Error>& errors, Result<> result)
{
    if (!result)
        collect(errors, std::move(result).error());
}

// Takes back one change that the run began. A change that was undone is made again under a new
// record; one that was only about to be undone is still on record, and making it again does no
// harm.
Result<> take_back(Actuator& actuator, Journal& journal, const Begun& begun)
{
    if (begun.what == Begun::What::doing)
        return undo(actuator, journal, begun.entry);
    const plan::Ledger ledger = journal.ledger();
    if (std::ranges::find(ledger, begun.entry) != ledger.end())
        return actuator.perform(begun.entry.change);
    return make(actuator, journal, begun.entry);
}

// What the plan undoes although it is not on record: what others have added to an uplink. In no
// run, because nothing is changed by it.
Result<> put_on_record(Journal& journal, const plan::Plan& plan)
{
    const plan::Ledger ledger = journal.ledger();
    // Steps undo the newest first.
    for (const PlannedStep& step : plan.steps | std::views::reverse) {
        const plan::Entry entry{.owner = step.owner, .change = step.recorded()};
        if (!step.undoes || std::ranges::find(ledger, entry) != ledger.end())
            continue;
        ONLAN_TRY(const RecordId id, journal.doing(entry.owner, entry.change));
        ONLAN_CHECK(journal.done(id));
    }
    return {};
}

// The part of a `down` that is done the same way whether it was just begun or found unfinished.
RunResult finish_down(Actuator& actuator,
                      Journal& journal,
                      const std::vector<std::string>& lans,
                      const Progress& progress)
{
    RunResult outcome;
    for (const PlannedStep& step : plan::plan_down(journal.ledger(), lans).steps) {
        progress(step);
        collect(outcome.errors, perform(actuator, journal, step));
    }
    collect(outcome.errors, journal.commit());
    return outcome;
}

} // namespace

RunResult roll_back(Actuator& actuator, Journal& journal, const Progress& progress)
{
    RunResult outcome;
    const std::vector<Begun> begun = journal.begun();
    for (const Begun& one : begun | std::views::reverse) {
        progress(one.what == Begun::What::doing
                     ? plan::undoing(one.entry)
                     : PlannedStep{.owner = one.entry.owner, .change = one.entry.change});
        collect(outcome.errors, take_back(actuator, journal, one));
    }
    collect(outcome.errors, journal.commit());
    return outcome;
}

RunResult
build(Actuator& actuator, Journal& journal, const plan::Plan& plan, const Progress& progress)
{
    RunResult outcome;
    collect(outcome.errors, put_on_record(journal, plan));
    collect(outcome.errors, journal.begin({.kind = RunKind::up, .lans = {}}));
    for (const PlannedStep& step : plan.steps) {
        if (!outcome.ok())
            break;
        progress(step);
        collect(outcome.errors, perform(actuator, journal, step));
    }
    if (!outcome.ok()) {
        RunResult undone = roll_back(actuator, journal, progress);
        for (Error& error : undone.errors)
            collect(outcome.errors, std::move(error));
    }
    return outcome;
}

RunResult tear_down(Actuator& actuator,
                    Journal& journal,
                    const Departure& departure,
                    const Progress& progress)
{
    const auto begin = [&]() -> Result<> {
        ONLAN_CHECK(put_on_record(journal, departure.plan));
        return journal.begin({.kind = RunKind::down, .lans = departure.lans});
    };
    if (auto begun = begin(); !begun)
        return {{std::move(begun).error()}};
    return finish_down(actuator, journal, departure.lans, progress);
}

RunResult recover(Actuator& actuator, Journal& journal, const Progress& progress)
{
    const std::optional<JournalRun>& run = journal.unfinished();
    if (!run)
        return {};
    if (run->kind == RunKind::up)
        return roll_back(actuator, journal, progress);
    const std::vector<std::string> lans = run->lans;
    return finish_down(actuator, journal, lans, progress);
}

} // namespace onlan::apply
