#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/host.hpp"
#include "model/intent.hpp"
#include "plan/changes/change.hpp"

namespace onlan::plan {

// Who a change was made for: a LAN by its name; or an uplink that several LANs may share, as
// "@BRIDGE", and of it what belongs to one of its ports, as "@BRIDGE/PORT".
using Owner = std::string;

[[nodiscard]] Owner uplink_owner(std::string_view bridge);
[[nodiscard]] Owner port_owner(std::string_view bridge, std::string_view port);
[[nodiscard]] bool is_uplink(const Owner& owner);

// A change that is in force on the host because onlan made it. The ledger, oldest first, is what
// the journal says.
struct Entry {
    Owner owner;
    Change change;

    friend bool operator==(const Entry&, const Entry&) = default;
};
using Ledger = std::vector<Entry>;

// What is done, and what the ledger gains or loses by it.
struct PlannedStep {
    Owner owner;
    Change change;
    std::optional<Change> undoes; // the entry that it takes back

    [[nodiscard]] const Change& recorded() const { return undoes ? *undoes : change; }

    friend bool operator==(const PlannedStep&, const PlannedStep&) = default;
};

[[nodiscard]] PlannedStep undoing(const Entry& entry);

// Whether Docker is part of the plan. At boot, links and guards come first, so that no container
// starts on a LAN that is only half there; the Docker network follows when dockerd runs.
enum class Stage : std::uint8_t { before_docker, complete };

// What was learnt on the wire, because nothing on the host tells it.
struct Survey {
    std::vector<net::IpAddress> in_use; // addresses of pools that a machine on the LAN answers for
    std::vector<net::IpAddress> silent_gateways;
};

struct Plan {
    std::vector<PlannedStep> steps; // in the order in which they are to be done
    std::vector<std::string> warnings;
    // What is wrong on the host and no step mends; the warnings say it too.
    std::vector<std::string> unmended;
    // A step takes addresses or routes away from an interface that carries a default route: whoever
    // works over that interface may lose the host, so such a plan has to be confirmed.
    bool moves_default_route = false;
};

// What makes the host match the intent. `lans` limits it to these names; empty means all, and then
// what onlan made for LANs that are no longer in the configuration is undone too. The error lists
// every reason why it cannot be done.
struct Request {
    const model::Intent& intent;
    model::Host host;
    const Ledger& ledger;
    std::vector<std::string> lans;
    Stage stage = Stage::complete;
    Survey survey;
};
[[nodiscard]] Result<Plan> plan_up(const Request& request);

// What takes away all that onlan made for these LANs (empty: for all), newest first. An uplink goes
// with the last LAN on it. `ledger` may be one `with_strays()`.
[[nodiscard]] Plan plan_down(const Ledger& ledger, std::span<const std::string> lans);

} // namespace onlan::plan
