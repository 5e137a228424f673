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
    std::vector<std::string> warnings;

    // All that `up` would make is there, whoever made it.
    [[nodiscard]] bool in_place() const noexcept { return drift.empty() && problems.empty(); }
    [[nodiscard]] bool as_configured() const noexcept { return made && in_place(); }
};

[[nodiscard]] LanStatus lan_status(const model::Lan& lan, const Request& request);

} // namespace onlan::plan
