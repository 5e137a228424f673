#include "operate/up.hpp"

#include "operate/wait.hpp"
#include "plan/host_before.hpp"
#include "plan/names.hpp"

namespace onlan::operate {
namespace {

using std::chrono::seconds;

Result<> wait_for_what_it_needs(const Place& place, const Up& up, Observer& observer)
{
    if (up.wait <= seconds{0})
        return {};
    ONLAN_CHECK(wait_for_links(links_below(up.intent, up.lans), up.wait, observer));
    return up.stage == plan::Stage::complete ? wait_for_docker(place, up.wait, observer)
                                             : Result<>{};
}

// Addresses that `up` reserved because somebody on the LAN used them.
void keep_reserved(plan::Survey& survey, const model::Snapshot& host)
{
    if (!host.docker)
        return;
    for (const model::DockerNetwork& network : host.docker->networks) {
        if (!network.labels.contains(std::string(plan::kDockerLabel)))
            continue;
        for (const model::DockerSubnet& subnet : network.subnets) {
            for (const auto& [why, address] : subnet.reserved) {
                if (why.starts_with("in-use-"))
                    survey.in_use.push_back(address);
            }
        }
    }
}

} // namespace

Result<plan::Plan>
prepare(const Place& place, const Up& up, const plan::Ledger& ledger, Observer& observer)
{
    ONLAN_CHECK(wait_for_what_it_needs(place, up, observer));
    ONLAN_TRY(const model::Snapshot host, read_host(place, observer));
    plan::Request request{.intent = up.intent,
                          .host = host,
                          .ledger = ledger,
                          .lans = up.lans,
                          .stage = up.stage,
                          .survey = {}};
    // What is wrong on the host is said before anything is sent to the LAN.
    ONLAN_TRY(plan::Plan plan, plan::plan_up(request));
    const std::vector<Inquiry> open = inquiries(up.intent, request.host, plan);
    if (open.empty())
        return plan;
    ONLAN_TRY(request.survey, survey(open, up.answer_time, observer));
    return plan::plan_up(request);
}

Result<plan::Plan>
prepare_afresh(const Place& place, const model::Intent& intent, Observer& observer)
{
    ONLAN_TRY(const model::Snapshot host, read_host(place, observer));
    ONLAN_TRY(const apply::Recorded journal, read_journal(place, observer));
    const model::Snapshot before = plan::host_before(host, journal.ledger, intent);
    const plan::Ledger nothing;
    plan::Request request{.intent = intent,
                          .host = before,
                          .ledger = nothing,
                          .lans = {},
                          .stage = plan::Stage::complete,
                          .survey = {}};
    // As `up` does: nothing is asked of the LAN for a plan that cannot be.
    ONLAN_CHECK(plan::plan_up(request));
    // On a LAN that is there its own containers would answer.
    const auto to_do = plan::plan_up({.intent = intent,
                                      .host = host,
                                      .ledger = journal.ledger,
                                      .lans = {},
                                      .stage = plan::Stage::complete,
                                      .survey = {}});
    ONLAN_TRY(request.survey,
              survey(inquiries(intent, host, to_do.value_or(plan::Plan{})), kAnswerTime, observer));
    keep_reserved(request.survey, host);
    return plan::plan_up(request);
}

} // namespace onlan::operate
