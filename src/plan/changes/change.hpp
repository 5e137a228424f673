#pragma once

#include <concepts>
#include <string>
#include <variant>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "plan/changes/address.hpp"
#include "plan/changes/bridge.hpp"
#include "plan/changes/docker_network.hpp"
#include "plan/changes/mtu.hpp"
#include "plan/changes/notrack.hpp"
#include "plan/changes/policy_rule.hpp"
#include "plan/changes/port.hpp"
#include "plan/changes/route.hpp"
#include "plan/changes/stp.hpp"
#include "plan/changes/sysctl.hpp"
#include "plan/changes/up.hpp"
#include "plan/changes/veth.hpp"
#include "plan/changes/xtables_rule.hpp"

namespace onlan::plan {

// Every kind of change there is. Of each kind its file says what words and commands it has, whether
// it holds on a host, which effect it has, and which change takes it back.
using Act = std::variant<AddAddress,
                         AddNotrack,
                         AddRoute,
                         AdoptBridge,
                         CreateBridge,
                         CreateDockerNetwork,
                         CreateVeth,
                         DeleteBridge,
                         DeleteVeth,
                         DeleteXtablesRule,
                         InsertXtablesRule,
                         ReleasePort,
                         RemoveAddress,
                         RemoveDockerNetwork,
                         RemoveNotrack,
                         RemoveRoute,
                         ReplaceRule,
                         RestoreMtu,
                         RestoreSysctl,
                         SetDown,
                         SetMaster,
                         SetMtu,
                         SetSysctl,
                         SetUp,
                         StartStp,
                         StopStp>;

// One change to the host, and where it is made. It holds all that is needed to make it and to take
// it back later, on another day and after a crash, and it names links, never indices: an index does
// not outlive its link.
//
// Making what is there already succeeds, and so does taking away what is not there; so a change
// whose outcome nobody saw (the machine died in between) can simply be taken back.
struct Change : Act {
    // The network namespace, by its name in a snapshot: "netns:blue". Empty: the host's own.
    std::string where;

    Change() = default;
    template <typename One>
        requires(!std::same_as<One, Change> && std::constructible_from<Act, One>)
    Change(One one, std::string in = {}) // NOLINT(google-explicit-constructor): it is the change
        : Act(std::move(one)), where(std::move(in))
    {}

    friend bool operator==(const Change&, const Change&) = default;
};

// One line for people: "create bridge on-lan137 (MTU 1500)", "remove 192.168.1.5/24 from eno1".
[[nodiscard]] std::string describe(const Change& change);

// The same with the tools that a person would use. Fails where the tools have no words for it.
[[nodiscard]] Result<Commands> commands(const Change& change);

// Is the host already as this change would make it, whoever did it? `host` looks at the namespace
// that the change is made in; in any other, nothing is known to hold.
[[nodiscard]] bool holds(const Change& change, const model::Host& host);

// Makes the change in the model, with what the kernel does of its own accord in consequence. A
// namespace that is not in the snapshot cannot show any.
void effect(model::Snapshot& snapshot, const Change& change);

// The change that takes this one back. What holds of taking back, that it touches only what is
// still onlan's, stands in it.
[[nodiscard]] Change inverse(const Change& change);

// Would the two leave the same object behind? What was only a choice at the time of making (which
// addresses of a pool were in use, what a switch was set to before) does not count.
[[nodiscard]] bool same_object(const Change& one, const Change& other);

[[nodiscard]] const Kind& kind(const Change& change);

// Is what it would make on the host, with onlan's mark on it?
[[nodiscard]] bool is_marked(const Change& change, const model::Host& host);

// For the journal. Reading back what was written gives an equal change.
[[nodiscard]] nlohmann::json to_json(const Change& change);
[[nodiscard]] Result<Change> change_from_json(nlohmann::json json);

} // namespace onlan::plan
