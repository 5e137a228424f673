#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apply/lock.hpp"
#include "apply/transaction.hpp"

namespace onlan::apply {

// A run that is taken back unless somebody confirms it in time. It lives in a process of its own,
// in a session of its own: if the one that started it dies, or the SSH connection that it came over
// hangs because of the very change, the host still gets its old network back.

enum class Confirmed : std::uint8_t { yes, no };

struct Supervised {
    RunResult outcome;
    Confirmed confirmed = Confirmed::no;
};

// What the starting process is told while the run goes on.
struct Watcher {
    Progress progress;
    // All steps are done; the given time is left to confirm. Returns the terminal on which an empty
    // line (Enter) confirms, or -1 when there is nobody to ask here.
    std::function<int(std::chrono::seconds)> asked;
};

struct Supervision {
    std::chrono::seconds patience;
    std::filesystem::path folder; // where `onlan confirm` finds the run
    const Lock& lock;             // the caller's, which the child inherits
};

// Builds `plan` in a child process and waits for its end.
[[nodiscard]] Result<Supervised> build_supervised(Actuator& actuator,
                                                  Journal& journal,
                                                  const plan::Plan& plan,
                                                  const Supervision& supervision,
                                                  const Watcher& watcher);

// `onlan confirm`: keeps what waits for it on this host. Fails with Failed::not_found when nothing
// does.
[[nodiscard]] Result<> confirm(const std::filesystem::path& folder);

} // namespace onlan::apply
