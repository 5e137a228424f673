#include "operate/rehearsal.hpp"

namespace onlan::operate {

Result<Rehearsal> rehearse(const Place& place, const Up& up, Observer& observer)
{
    ONLAN_TRY(apply::Recorded journal, read_journal(place, observer));
    ONLAN_TRY(plan::Plan plan, prepare(place, up, journal.ledger, observer));
    return Rehearsal{.plan = std::move(plan), .unfinished = std::move(journal.unfinished)};
}

Result<Rehearsal> rehearse(const Place& place, const Down& down, Observer& observer)
{
    ONLAN_TRY(apply::Recorded journal, read_journal(place, observer));
    ONLAN_TRY(DownPlan planned, prepare(place, down, journal.ledger));
    if (!planned.unused)
        planned.plan.warnings.push_back(planned.unused.error().message);
    return Rehearsal{.plan = std::move(planned.plan), .unfinished = std::move(journal.unfinished)};
}

} // namespace onlan::operate
