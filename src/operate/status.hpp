#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/intent.hpp"
#include "operate/place.hpp"
#include "plan/status.hpp"

namespace onlan::operate {

// How everything that is configured stands on the host.
struct Status {
    std::unique_ptr<const model::Snapshot> host; // the LANs point into it
    std::vector<plan::LanStatus> lans;
    std::vector<std::string> removed; // LANs that are made and not in the configuration any more
    std::optional<apply::JournalRun> unfinished;

    [[nodiscard]] bool as_configured() const;
};

// `lan` limits it to one of the LANs; empty means all.
[[nodiscard]] Result<Status>
status(const Place& place, const model::Intent& intent, const std::string& lan, Observer& observer);

} // namespace onlan::operate
