#pragma once

// The words in which a walk is told: the stages that a packet passes, what they do to it, and the
// kinds of cause. Each has one row in vocabulary.cpp; docs/explanation.md lists them all.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace onlan::model {

enum class Stage : std::uint8_t {
    // Frames.
    wire,
    veth,
    vlan,
    macvlan,
    transmit,
    bridge_port,
    bridge_mtu,
    bridge_local,
    fdb,
    br_netfilter,
    // IP.
    ip,
    martian_source,
    martian_destination,
    local_source,
    invalid_source,
    rp_filter,
    route_localnet,
    route,
    ttl,
    mtu,
    arp,
    ndisc,
    neighbour,
    icmp,
    // Sockets.
    socket,
    // Netfilter. The hooks of a family follow each other as in rules::Hook.
    conntrack,
    reject,
    ip_prerouting,
    ip_input,
    ip_forward,
    ip_output,
    ip_postrouting,
    ip6_prerouting,
    ip6_input,
    ip6_forward,
    ip6_output,
    ip6_postrouting,
    arp_input,
    arp_forward,
    arp_output,
    bridge_prerouting,
    bridge_input,
    bridge_forward,
    bridge_output,
    bridge_postrouting,
    netdev_ingress,
    netdev_egress,
    ip_prerouting_nat,
    ip_input_nat,
    ip_output_nat,
    ip_postrouting_nat,
    ip6_prerouting_nat,
    ip6_input_nat,
    ip6_output_nat,
    ip6_postrouting_nat,
};

enum class Action : std::uint8_t {
    // Of devices and bridges.
    leave,
    cross,
    untag,
    transmit,
    forward,
    flood,
    pass_up,
    broute,
    bridge,
    divert,
    orphan,
    // Of routing and neighbours.
    local,
    output,
    reroute,
    resolve,
    learn,
    ignore,
    answer,
    unreachable,
    // Of rules.
    accept,
    drop,
    reject,
    queue,
    notrack,
    mark,
    // Of connection tracking and NAT.
    new_,
    established,
    related,
    invalid,
    dnat,
    snat,
    null_binding,
    translate,
    translate_back,
    // Of sockets.
    deliver,
    reset,
};

enum class CauseKind : std::uint8_t {
    delivered,
    isolation,
    filter,
    policy,
    reject,
    nat,
    past_nat,
    tproxy,
    conntrack_clash,
    no_route,
    forwarding_off,
    rp_filter,
    local_source,
    invalid_source,
    martian_source,
    martian_destination,
    route_localnet,
    other_host,
    ttl,
    mtu,
    link_down,
    bridge_port,
    macvlan,
    fdb,
    loop,
    no_neighbour,
    echo_ignored,
    no_listener,
    no_answer,
    no_endpoint,
    unknown,
    not_understood,
};

// Is an action the end of a packet that has not arrived?
enum class Fate : std::uint8_t { passes, ends };

struct StageRow {
    Stage stage;
    std::string_view word;     // in JSON
    std::string_view function; // the kernel's that does it
    CauseKind cause;           // of a packet that ends there, if it is not for a rule
};
struct ActionRow {
    Action action;
    std::string_view word; // in JSON
    Fate fate;
    std::string_view meaning;
};
struct CauseRow {
    CauseKind kind;
    std::string_view word; // in JSON
    std::string_view meaning;
};

// In the order of the enums.
[[nodiscard]] std::span<const StageRow> stages() noexcept;
[[nodiscard]] std::span<const ActionRow> actions() noexcept;
[[nodiscard]] std::span<const CauseRow> cause_kinds() noexcept;

[[nodiscard]] std::string_view word(Stage stage) noexcept;
[[nodiscard]] std::string_view word(Action action) noexcept;
[[nodiscard]] std::string_view word(CauseKind kind) noexcept;

// What it is called if a packet ends at this stage for no rule.
[[nodiscard]] CauseKind cause_kind(Stage stage) noexcept;
[[nodiscard]] bool ends(Action action) noexcept;

// The same for people: "address restored" for translate_back.
[[nodiscard]] std::string_view action_text(Action action) noexcept;
// What a stage did, for people: "ip/forward drop", "no socket takes it".
[[nodiscard]] std::string phase_text(Stage stage, Action action);

} // namespace onlan::model
