#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/docker.hpp"
#include "model/firewall.hpp"
#include "model/link.hpp"

namespace onlan::plan {

// One change to the host. It holds all that is needed to do it and to undo it later, on another day
// and after a crash, and it names links, never indices: an index does not outlive its link.
//
// Doing what is already done and undoing what is not there both succeed; so a change whose outcome
// nobody saw (the machine died in between) can simply be undone.

// Links that onlan makes carry `alias`; undo deletes a link only while it still does.
struct CreateBridge {
    std::string name;
    std::optional<net::MacAddress> mac; // the kernel's choice when absent
    std::uint32_t mtu = 0;
    std::string alias;

    friend bool operator==(const CreateBridge&, const CreateBridge&) = default;
};

// A bridge that Docker made in onlan's place, when it started before the LAN's links were there:
// marked as onlan's, and deleted with the rest.
struct AdoptBridge {
    std::string name;
    std::string alias;

    friend bool operator==(const AdoptBridge&, const AdoptBridge&) = default;
};

struct CreateVeth {
    std::string name;
    std::string peer;
    net::MacAddress mac; // of `name`; the peer's is the kernel's choice
    std::uint32_t mtu = 0;
    std::string alias; // of both ends

    friend bool operator==(const CreateVeth&, const CreateVeth&) = default;
};

// Makes `link` a port of the bridge `master`. Undo takes it out, if it is still there.
struct SetMaster {
    std::string link;
    std::string master;

    friend bool operator==(const SetMaster&, const SetMaster&) = default;
};

// Undo sets it down again.
struct SetUp {
    std::string link;

    friend bool operator==(const SetUp&, const SetUp&) = default;
};

struct SetMtu {
    std::string link;
    std::uint32_t mtu = 0;
    std::uint32_t previous = 0; // what undo sets

    friend bool operator==(const SetMtu&, const SetMtu&) = default;
};

// Turns the spanning tree protocol of a bridge on. Undo turns it off.
struct StartStp {
    std::string bridge;

    friend bool operator==(const StartStp&, const StartStp&) = default;
};

struct SetSysctl {
    std::string name; // "net.ipv6.conf.on-lan137.disable_ipv6"
    std::string value;
    std::string previous; // what undo writes, if the switch still exists

    friend bool operator==(const SetSysctl&, const SetSysctl&) = default;
};

// `address.link` and `route.link` are not used: the link is named. Of several next hops, the one
// without an index is on that link.
struct AddAddress {
    std::string link;
    model::Address address;

    friend bool operator==(const AddAddress&, const AddAddress&) = default;
};

struct RemoveAddress {
    std::string link;
    model::Address address;

    friend bool operator==(const RemoveAddress&, const RemoveAddress&) = default;
};

struct AddRoute {
    std::string link;
    model::Route route;

    friend bool operator==(const AddRoute&, const AddRoute&) = default;
};

// Undo puts its stand-in there.
struct RemoveRoute {
    std::string link;
    model::Route route;

    friend bool operator==(const RemoveRoute&, const RemoveRoute&) = default;
};

// `ip rule` entries that name an interface: the same rule with another name.
struct ReplaceRule {
    model::Rule before;
    model::Rule after;

    friend bool operator==(const ReplaceRule&, const ReplaceRule&) = default;
};

// No connection tracking for what comes in through `bridge`: one rule in the table
// `inet onlan`.
struct AddNotrack {
    std::string bridge;
    std::string comment;

    friend bool operator==(const AddNotrack&, const AddNotrack&) = default;
};

// Inserts a rule at the top of a chain that belongs to somebody else; `rule` carries a comment by
// which it is known.
struct InsertXtablesRule {
    model::XtablesBackend backend = model::XtablesBackend::nft;
    net::Family family = net::Family::ipv4;
    std::string table;
    std::string chain;
    std::vector<std::string> rule; // arguments after "-I CHAIN"

    friend bool operator==(const InsertXtablesRule&, const InsertXtablesRule&) = default;
};

struct CreateDockerNetwork {
    model::DockerNetwork network;

    friend bool operator==(const CreateDockerNetwork&, const CreateDockerNetwork&) = default;
};

using Change = std::variant<CreateBridge,
                            CreateVeth,
                            SetMaster,
                            SetUp,
                            SetSysctl,
                            AddAddress,
                            RemoveAddress,
                            AddRoute,
                            RemoveRoute,
                            ReplaceRule,
                            AddNotrack,
                            InsertXtablesRule,
                            CreateDockerNetwork,
                            AdoptBridge,
                            SetMtu,
                            StartStp>;

// What is put in a route's place on another link, or back on its own.
//
// A route that the kernel has learnt from a router it learns again, but not beside a copy of ours:
// the advertisement would only prolong that, and the rest of it, the prefixes of the host's
// addresses, would be skipped (net/ipv6/ndisc.c, ndisc_router_discovery()). So the copy is a step
// less preferred and ends when the route would have ended.
[[nodiscard]] model::Route stand_in(model::Route route);

// For the journal. Reading back what was written gives an equal change.
[[nodiscard]] nlohmann::json to_json(const Change& change);
[[nodiscard]] Result<Change> change_from_json(const nlohmann::json& json);

} // namespace onlan::plan
