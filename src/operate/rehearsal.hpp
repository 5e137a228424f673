#pragma once

#include <optional>

#include "operate/down.hpp"
#include "operate/up.hpp"

namespace onlan::operate {

// What a run would do, for who only looks, beside what the journal says of the run before.
struct Rehearsal {
    plan::Plan plan;
    std::optional<apply::JournalRun> unfinished;

    [[nodiscard]] bool nothing_to_do() const { return plan.steps.empty() && !unfinished; }
};

[[nodiscard]] Result<Rehearsal> rehearse(const Place& place, const Up& up, Observer& observer);
// Why it could not be done is among the warnings.
[[nodiscard]] Result<Rehearsal> rehearse(const Place& place, const Down& down, Observer& observer);

} // namespace onlan::operate
