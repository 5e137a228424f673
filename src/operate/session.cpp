#include "operate/session.hpp"

#include <fmt/format.h>

#include "apply/confirmation.hpp"
#include "apply/host_actuator.hpp"

namespace onlan::operate {
namespace {

using std::chrono::seconds;

constexpr seconds kPatience{30};

Ending ending_of(apply::RunResult result, End when_it_went_well)
{
    return {.end = result.ok() ? when_it_went_well : End::failed,
            .errors = std::move(result.errors)};
}

Ending failed(Error error)
{
    return {.end = End::failed, .errors = {std::move(error)}};
}

} // namespace

seconds patience_for(const plan::Plan& plan, std::optional<seconds> wanted)
{
    return wanted.value_or(plan.moves_default_route ? kPatience : seconds{0});
}

Session::Session(Place place,
                 apply::Lock lock,
                 apply::Journal journal,
                 std::unique_ptr<apply::Actuator> actuator,
                 Observer& observer)
    : place_(std::move(place)),
      lock_(std::move(lock)),
      journal_(std::move(journal)),
      actuator_(std::move(actuator)),
      observer_(observer)
{}

Result<Session> Session::open(Place place, std::string_view command, Observer& observer)
{
    ONLAN_TRY(auto actuator, apply::HostActuator::open(place.docker_host));
    return open(std::move(place), command, observer, std::move(actuator));
}

Result<Session> Session::open(Place place,
                              std::string_view command,
                              Observer& observer,
                              std::unique_ptr<apply::Actuator> actuator)
{
    ONLAN_TRY(apply::Lock lock, apply::Lock::take(place.state_folder, command));
    observer.note(fmt::format("opening the journal in {}", place.state_folder.string()));
    ONLAN_TRY(const auto host, apply::HostIdentity::of_this_process());
    ONLAN_TRY(apply::Journal journal,
              apply::Journal::open(place.state_folder, host,
                                   [&observer](unsigned records) { observer.recorded(records); }));
    return Session(std::move(place), std::move(lock), std::move(journal), std::move(actuator),
                   observer);
}

apply::RunResult Session::recover()
{
    if (!journal_.unfinished())
        return {};
    observer_.recovering(*journal_.unfinished());
    return apply::recover(*actuator_, journal_, progress());
}

Result<plan::Plan> Session::prepare(const Up& up)
{
    return operate::prepare(place_, up, journal_.ledger(), observer_);
}

Result<DownPlan> Session::prepare(const Down& down)
{
    return operate::prepare(place_, down, journal_.ledger());
}

Ending Session::build(const plan::Plan& plan, seconds patience)
{
    if (patience > seconds{0})
        return build_unless_taken_back(plan, patience);
    apply::RunResult built = apply::build(*actuator_, journal_, plan, progress());
    if (!built.ok())
        return ending_of(std::move(built), End::failed);
    if (auto committed = journal_.commit(); !committed)
        return failed(std::move(committed).error());
    return {};
}

Ending Session::tear_down(const Down& down, const plan::Plan& plan, seconds patience)
{
    if (patience > seconds{0})
        return build_unless_taken_back(plan, patience);
    return ending_of(
        apply::tear_down(*actuator_, journal_, {.lans = down.lans, .plan = plan}, progress()),
        End::done);
}

Ending Session::build_unless_taken_back(const plan::Plan& plan, seconds patience)
{
    auto supervised = apply::build_supervised(
        *actuator_, journal_, plan,
        {.patience = patience, .folder = place_.state_folder, .lock = lock_},
        {.progress = progress(),
         .asked = [this](seconds left) { return observer_.confirmable(left); }});
    if (!supervised)
        return failed(std::move(supervised).error());
    return ending_of(std::move(supervised->outcome), supervised->confirmed == apply::Confirmed::yes
                                                         ? End::confirmed
                                                         : End::not_confirmed);
}

apply::Progress Session::progress()
{
    return [this](const plan::PlannedStep& step) { observer_.changing(step); };
}

} // namespace onlan::operate
