#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/host.hpp"
#include "model/intent.hpp"
#include "plan/changes/change.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// A rule that keeps the host's own firewall machinery from breaking a LAN, or the reason why this
// host does not need it. docs/guards.md says what each protects from and what it leaves open.
struct Guard {
    std::string name;             // "notrack on-lan137", "bridged br-lan IPv4"
    std::string why;              // why it is needed, or why not
    std::optional<Change> change; // absent: not needed here
};

// No connection tracking for what comes in through `bridge`.
[[nodiscard]] Guard notrack_guard(const model::Lan& lan,
                                  const model::Host& host,
                                  const std::string& bridge,
                                  Stage stage);

// What `bridge` passes on from port to port is accepted by every firewall that sees it.
[[nodiscard]] std::vector<Guard>
bridged_guards(const model::Lan& lan, const model::Host& host, const std::string& bridge);

} // namespace onlan::plan
