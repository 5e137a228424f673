#pragma once

#include <functional>
#include <vector>

#include "apply/actuator.hpp"
#include "apply/journal.hpp"
#include "plan/plan.hpp"

namespace onlan::apply {

struct RunResult {
    std::vector<Error> errors; // the first is the cause; the rest happened while undoing
    [[nodiscard]] bool ok() const noexcept { return errors.empty(); }
};

// Called before each step. It must not fail.
using Progress = std::function<void(const plan::PlannedStep&)>;

// Does the steps in order, each in the journal before it is done, as one run. If one fails, those
// before it are taken back, newest first; that goes on past a failure, because the host should end
// as near its old state as we can get it and the user needs to hear about every piece that is left.
// The caller commits the run, once it is confirmed.
RunResult
build(Actuator& actuator, Journal& journal, const plan::Plan& plan, const Progress& progress);

// A `down`: its LANs (empty: all), and what of it is on no record yet (plan::with_strays()).
struct Departure {
    std::vector<std::string> lans;
    plan::Plan plan;
};

// Undoes all that is on record for these LANs, as one run, as much of it as can be: what one
// failure leaves behind is no reason to leave the rest.
RunResult tear_down(Actuator& actuator,
                    Journal& journal,
                    const Departure& departure,
                    const Progress& progress);

// Takes back what the unfinished run began, newest first, and commits that.
RunResult roll_back(Actuator& actuator, Journal& journal, const Progress& progress);

// After a crash: an unfinished `up` is rolled back, an unfinished `down` is finished. Nothing to do
// otherwise.
RunResult recover(Actuator& actuator, Journal& journal, const Progress& progress);

} // namespace onlan::apply
