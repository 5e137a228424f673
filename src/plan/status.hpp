#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

enum class GuardState : std::uint8_t { in_place, missing, not_needed };

struct GuardStatus {
    std::string name;
    std::string why; // it is needed, or is not
    GuardState state = GuardState::not_needed;
};

// How a LAN stands on the host, beside how it should.
struct LanStatus {
    model::Lan lan;
    bool made = false; // onlan has made something for it and not taken it away
    std::vector<GuardStatus> guards;
    const model::DockerNetwork* network = nullptr; // points into the host; null: there is none
    std::vector<std::string> drift;    // what `up` would do about what is missing or different
    std::vector<std::string> problems; // why `up` could not
    // Running containers on the network whose interfaces lead nowhere any more: only a restart
    // gives them new ones.
    std::vector<std::string> cut_off;
    std::vector<std::string> warnings;
    std::vector<std::string> unmended; // what is wrong and `up` leaves to others

    [[nodiscard]] bool as_configured() const noexcept
    {
        return made && drift.empty() && problems.empty() && cut_off.empty() && unmended.empty();
    }
};

// LANs that onlan has made and that are no longer in the configuration: `up` takes them away.
[[nodiscard]] std::vector<std::string> removed_lans(const Ledger& ledger,
                                                    const model::Intent& intent);

[[nodiscard]] LanStatus lan_status(const model::Lan& lan, const Request& request);

} // namespace onlan::plan
