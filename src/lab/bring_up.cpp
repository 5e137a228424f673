#include "lab/bring_up.hpp"

#include <filesystem>

#include "apply/host_actuator.hpp"
#include "apply/journal.hpp"
#include "apply/transaction.hpp"
#include "collect/host.hpp"
#include "lab/containers.hpp"
#include "lab/remains.hpp"

namespace onlan::lab {

Result<> bring_up(const model::Intent& intent, plan::Stage stage, Narrator& narrator)
{
    ONLAN_TRY(const auto identity, apply::HostIdentity::of_this_process());
    ONLAN_TRY(apply::Journal journal,
              apply::Journal::open(std::filesystem::path(kFolder) / "state", identity));
    ONLAN_TRY(const auto actuator, apply::HostActuator::open(docker_host()));
    ONLAN_TRY(const model::Snapshot host, collect::collect_host(docker_host()));
    const plan::Ledger ledger = journal.ledger();
    ONLAN_TRY(const plan::Plan plan, plan::plan_up({.intent = intent,
                                                    .host = host,
                                                    .ledger = ledger,
                                                    .lans = {},
                                                    .stage = stage,
                                                    .survey = {}}));
    apply::RunResult outcome = apply::build(
        *actuator, journal, plan, [&](const plan::PlannedStep& step) { narrator.changing(step); });
    if (!outcome.ok())
        return Failure{std::move(outcome.errors.front())};
    return journal.commit();
}

} // namespace onlan::lab
