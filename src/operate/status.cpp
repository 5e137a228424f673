#include "operate/status.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace onlan::operate {

bool Status::as_configured() const
{
    return removed.empty() && !unfinished &&
           std::ranges::all_of(lans, &plan::LanStatus::as_configured);
}

Result<Status>
status(const Place& place, const model::Intent& intent, const std::string& lan, Observer& observer)
{
    if (!lan.empty() && intent.find_lan(lan) == nullptr)
        return fail(Failed::not_found, fmt::format("there is no LAN {} in the configuration", lan));
    ONLAN_TRY(apply::Recorded journal, read_journal(place, observer));
    ONLAN_TRY(model::Snapshot host, read_host(place, observer));
    Status status{.host = std::make_unique<const model::Snapshot>(std::move(host)),
                  .lans = {},
                  .removed = plan::removed_lans(journal.ledger, intent),
                  .unfinished = std::move(journal.unfinished)};
    for (const model::Lan& one : intent.lans) {
        if (lan.empty() || one.name == lan)
            status.lans.push_back(plan::lan_status(one, {.intent = intent,
                                                         .host = *status.host,
                                                         .ledger = journal.ledger,
                                                         .lans = {},
                                                         .survey = {}}));
    }
    return status;
}

} // namespace onlan::operate
