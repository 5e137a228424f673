#include "model/vocabulary.hpp"

#include <array>

#include <fmt/format.h>

namespace onlan::model {
namespace {

constexpr std::array kStages{
    StageRow{Stage::wire, "wire", "dev_hard_start_xmit", CauseKind::no_answer},
    StageRow{Stage::veth, "veth", "veth_xmit", CauseKind::mtu},
    StageRow{Stage::vlan, "vlan", "vlan_do_receive", CauseKind::no_answer},
    StageRow{Stage::macvlan, "macvlan", "macvlan_handle_frame", CauseKind::no_answer},
    StageRow{Stage::transmit, "transmit", "__dev_queue_xmit", CauseKind::link_down},
    StageRow{Stage::bridge_port, "bridge/port", "br_handle_frame", CauseKind::bridge_port},
    StageRow{Stage::bridge_mtu, "bridge/mtu", "br_dev_queue_push_xmit", CauseKind::mtu},
    StageRow{Stage::bridge_local, "bridge/local", "br_pass_frame_up", CauseKind::no_answer},
    StageRow{Stage::fdb, "fdb", "br_fdb_find_rcu", CauseKind::fdb},
    StageRow{Stage::br_netfilter, "br_netfilter", "br_nf_pre_routing_finish", CauseKind::no_answer},
    StageRow{Stage::ip, "ip", "ip_rcv_core", CauseKind::other_host},
    StageRow{Stage::martian_source, "martian-source", "ip_route_input_slow",
             CauseKind::martian_source},
    StageRow{Stage::martian_destination, "martian-destination", "ip_route_input_slow",
             CauseKind::martian_destination},
    StageRow{Stage::local_source, "local-source", "fib_validate_source", CauseKind::local_source},
    StageRow{Stage::invalid_source, "invalid-source", "__fib_validate_source",
             CauseKind::invalid_source},
    StageRow{Stage::rp_filter, "rp_filter", "__fib_validate_source", CauseKind::rp_filter},
    StageRow{Stage::route_localnet, "route_localnet", "ip_route_input_slow",
             CauseKind::route_localnet},
    StageRow{Stage::route, "route", "fib_lookup", CauseKind::no_route},
    StageRow{Stage::ttl, "ttl", "ip_forward", CauseKind::ttl},
    StageRow{Stage::mtu, "mtu", "ip_forward", CauseKind::mtu},
    StageRow{Stage::arp, "arp", "arp_process", CauseKind::no_answer},
    StageRow{Stage::ndisc, "ndisc", "ndisc_rcv", CauseKind::no_answer},
    StageRow{Stage::neighbour, "neighbour", "neigh_resolve_output", CauseKind::no_neighbour},
    StageRow{Stage::icmp, "icmp", "icmp_rcv", CauseKind::echo_ignored},
    StageRow{Stage::socket, "socket", "ip_local_deliver", CauseKind::no_listener},
    StageRow{Stage::conntrack, "conntrack", "nf_conntrack_in", CauseKind::conntrack_clash},
    StageRow{Stage::reject, "reject", "nf_send_reset", CauseKind::no_answer},
    StageRow{Stage::ip_prerouting, "ip/prerouting", "ip_rcv", CauseKind::filter},
    StageRow{Stage::ip_input, "ip/input", "ip_local_deliver", CauseKind::filter},
    StageRow{Stage::ip_forward, "ip/forward", "ip_forward", CauseKind::other_host},
    StageRow{Stage::ip_output, "ip/output", "__ip_local_out", CauseKind::filter},
    StageRow{Stage::ip_postrouting, "ip/postrouting", "ip_output", CauseKind::filter},
    StageRow{Stage::ip6_prerouting, "ip6/prerouting", "ipv6_rcv", CauseKind::filter},
    StageRow{Stage::ip6_input, "ip6/input", "ip6_input", CauseKind::filter},
    StageRow{Stage::ip6_forward, "ip6/forward", "ip6_forward", CauseKind::filter},
    StageRow{Stage::ip6_output, "ip6/output", "__ip6_local_out", CauseKind::filter},
    StageRow{Stage::ip6_postrouting, "ip6/postrouting", "ip6_output", CauseKind::filter},
    StageRow{Stage::arp_input, "arp/input", "arp_rcv", CauseKind::filter},
    StageRow{Stage::arp_forward, "arp/forward", "br_nf_forward_arp", CauseKind::filter},
    StageRow{Stage::arp_output, "arp/output", "arp_xmit", CauseKind::filter},
    StageRow{Stage::bridge_prerouting, "bridge/prerouting", "nf_hook_bridge_pre",
             CauseKind::filter},
    StageRow{Stage::bridge_input, "bridge/input", "br_pass_frame_up", CauseKind::filter},
    StageRow{Stage::bridge_forward, "bridge/forward", "__br_forward", CauseKind::filter},
    StageRow{Stage::bridge_output, "bridge/output", "__br_forward", CauseKind::filter},
    StageRow{Stage::bridge_postrouting, "bridge/postrouting", "br_forward_finish",
             CauseKind::filter},
    StageRow{Stage::netdev_ingress, "netdev/ingress", "nf_ingress", CauseKind::filter},
    StageRow{Stage::netdev_egress, "netdev/egress", "nf_hook_egress", CauseKind::filter},
    StageRow{Stage::ip_prerouting_nat, "ip/prerouting/nat", "nf_nat_ipv4_pre_routing",
             CauseKind::nat},
    StageRow{Stage::ip_input_nat, "ip/input/nat", "nf_nat_ipv4_local_in", CauseKind::nat},
    StageRow{Stage::ip_output_nat, "ip/output/nat", "nf_nat_ipv4_local_fn", CauseKind::nat},
    StageRow{Stage::ip_postrouting_nat, "ip/postrouting/nat", "nf_nat_ipv4_out", CauseKind::nat},
    StageRow{Stage::ip6_prerouting_nat, "ip6/prerouting/nat", "nf_nat_ipv6_in", CauseKind::nat},
    StageRow{Stage::ip6_input_nat, "ip6/input/nat", "nf_nat_ipv6_fn", CauseKind::nat},
    StageRow{Stage::ip6_output_nat, "ip6/output/nat", "nf_nat_ipv6_local_fn", CauseKind::nat},
    StageRow{Stage::ip6_postrouting_nat, "ip6/postrouting/nat", "nf_nat_ipv6_out", CauseKind::nat},
};

using enum Fate;
constexpr std::array kActions{
    ActionRow{Action::leave, "leave", passes, "it leaves through this device"},
    ActionRow{Action::cross, "cross", passes, "it comes out of the other end of a veth pair"},
    ActionRow{Action::untag, "untag", passes, "its VLAN tag is removed"},
    ActionRow{Action::transmit, "transmit", passes, "it is sent through this device"},
    ActionRow{Action::forward, "forward", passes, "it goes on to one other device"},
    ActionRow{Action::flood, "flood", passes, "it goes on to every port of the bridge"},
    ActionRow{Action::pass_up, "pass-up", passes, "the bridge itself receives it"},
    ActionRow{Action::broute, "broute", passes, "a rule takes it off the bridge to be routed"},
    ActionRow{Action::bridge, "bridge", passes, "its new destination is on the same bridge"},
    ActionRow{Action::divert, "divert", passes, "its new destination is elsewhere: it is routed"},
    ActionRow{Action::orphan, "orphan", passes, "it loses the socket that TPROXY gave it"},
    ActionRow{Action::local, "local", passes, "it is for this namespace"},
    ActionRow{Action::output, "output", passes, "this namespace sends it"},
    ActionRow{Action::reroute, "re-route", passes, "a rule's change gives it another route"},
    ActionRow{Action::resolve, "resolve", passes, "it waits for its neighbour's address"},
    ActionRow{Action::learn, "learn", passes, "the neighbour's address is known now"},
    ActionRow{Action::ignore, "ignore", ends, "it is of no use here"},
    ActionRow{Action::answer, "answer", passes, "it is answered"},
    ActionRow{Action::unreachable, "unreachable", ends, "its sender is told so by ICMP"},
    ActionRow{Action::accept, "accept", passes, "no rule objects to it"},
    ActionRow{Action::drop, "drop", ends, "it is dropped"},
    ActionRow{Action::reject, "reject", ends, "a rule drops it, and its sender is told"},
    ActionRow{Action::queue, "queue", passes, "a program that reads a queue decides"},
    ActionRow{Action::notrack, "notrack", passes, "a rule leaves it untracked"},
    ActionRow{Action::mark, "mark", passes, "a rule gives it another mark"},
    ActionRow{Action::new_, "new", passes, "it begins a connection"},
    ActionRow{Action::established, "established", passes, "it belongs to a connection"},
    ActionRow{Action::related, "related", passes, "it is about a connection"},
    ActionRow{Action::invalid, "invalid", passes, "it fits no connection"},
    ActionRow{Action::dnat, "dnat", passes, "a rule gives its connection another destination"},
    ActionRow{Action::snat, "snat", passes, "a rule gives its connection another source"},
    ActionRow{Action::null_binding, "null-binding", passes,
              "no rule translates it, but its port is taken: it gets another"},
    ActionRow{Action::translate, "translate", passes,
              "its connection's translation is applied to it"},
    ActionRow{Action::translate_back, "translate-back", passes,
              "it is a reply: the address before translation is restored"},
    ActionRow{Action::deliver, "deliver", passes,
              "it has reached the socket, or the macvlan, that it is for"},
    ActionRow{Action::reset, "reset", ends, "no socket takes it: it is answered with RST"},
};

constexpr std::array kCauseKinds{
    CauseRow{CauseKind::delivered, "delivered", "nothing went wrong"},
    CauseRow{CauseKind::isolation, "isolation", "a rule keeps two networks of a host apart"},
    CauseRow{CauseKind::filter, "filter", "a rule drops it"},
    CauseRow{CauseKind::policy, "policy", "no rule accepts it, and the chain's policy is drop"},
    CauseRow{CauseKind::reject, "reject", "a rule rejects it"},
    CauseRow{CauseKind::nat, "nat", "the NAT engine drops what it cannot translate"},
    CauseRow{CauseKind::past_nat, "past-nat", "a bridge switches the answer past the NAT"},
    CauseRow{CauseKind::tproxy, "tproxy",
             "a rule of TPROXY met the packet on a bridge, where it cannot work"},
    CauseRow{CauseKind::conntrack_clash, "conntrack-clash",
             "another connection holds what this one needs"},
    CauseRow{CauseKind::no_route, "no-route", "no route leads there"},
    CauseRow{CauseKind::forwarding_off, "forwarding-off", "this host does not forward"},
    CauseRow{CauseKind::rp_filter, "rp_filter", "the route back leads through another device"},
    CauseRow{CauseKind::local_source, "local-source", "its source is an address of this host"},
    CauseRow{CauseKind::invalid_source, "invalid-source", "its source is not a unicast address"},
    CauseRow{CauseKind::martian_source, "martian-source", "no packet may have that source"},
    CauseRow{CauseKind::martian_destination, "martian-destination",
             "no packet may have that destination"},
    CauseRow{CauseKind::route_localnet, "route_localnet", "127.0.0.0/8 stays within a host"},
    CauseRow{CauseKind::other_host, "other-host", "its frame is addressed to another device"},
    CauseRow{CauseKind::ttl, "ttl", "its time to live has expired"},
    CauseRow{CauseKind::mtu, "mtu", "it is too large for a device"},
    CauseRow{CauseKind::link_down, "link-down", "a device is down"},
    CauseRow{CauseKind::bridge_port, "bridge-port", "a bridge port does not take it"},
    CauseRow{CauseKind::macvlan, "macvlan", "macvlan keeps a device and its parent apart"},
    CauseRow{CauseKind::fdb, "fdb", "the forwarding table of a bridge says so"},
    CauseRow{CauseKind::loop, "loop", "frames circulate between bridges"},
    CauseRow{CauseKind::no_neighbour, "no-neighbour", "nobody on the link has that address"},
    CauseRow{CauseKind::echo_ignored, "icmp", "the host does not answer pings"},
    CauseRow{CauseKind::no_listener, "no-listener", "no socket takes it"},
    CauseRow{CauseKind::no_answer, "no-answer", "nothing was lost, but nobody answers"},
    CauseRow{CauseKind::no_endpoint, "no-endpoint", "the sender does not exist"},
    CauseRow{CauseKind::unknown, "unknown",
             "it depends on facts that the snapshot does not contain"},
    CauseRow{CauseKind::not_understood, "not-understood",
             "it depends on a rule that is not understood"},
};

template <typename Rows, typename Key>
constexpr bool in_order(const Rows& rows, Key key, std::size_t count)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].*key) != i)
            return false;
    }
    return rows.size() == count;
}
static_assert(in_order(kStages,
                       &StageRow::stage,
                       static_cast<std::size_t>(Stage::ip6_postrouting_nat) + 1));
static_assert(in_order(kActions, &ActionRow::action, static_cast<std::size_t>(Action::reset) + 1));
static_assert(in_order(kCauseKinds,
                       &CauseRow::kind,
                       static_cast<std::size_t>(CauseKind::not_understood) + 1));

} // namespace

std::span<const StageRow> stages() noexcept
{
    return kStages;
}

std::span<const ActionRow> actions() noexcept
{
    return kActions;
}

std::span<const CauseRow> cause_kinds() noexcept
{
    return kCauseKinds;
}

std::string_view word(Stage stage) noexcept
{
    return kStages[static_cast<std::size_t>(stage)].word;
}

std::string_view word(Action action) noexcept
{
    return kActions[static_cast<std::size_t>(action)].word;
}

std::string_view word(CauseKind kind) noexcept
{
    return kCauseKinds[static_cast<std::size_t>(kind)].word;
}

CauseKind cause_kind(Stage stage) noexcept
{
    return kStages[static_cast<std::size_t>(stage)].cause;
}

bool ends(Action action) noexcept
{
    return kActions[static_cast<std::size_t>(action)].fate == Fate::ends;
}

std::string_view action_text(Action action) noexcept
{
    return action == Action::translate_back ? "address restored" : word(action);
}

std::string phase_text(Stage stage, Action action)
{
    if (stage == Stage::socket && action == Action::deliver)
        return "delivered to a socket";
    if (stage == Stage::socket && action == Action::drop)
        return "no socket takes it";
    return fmt::format("{} {}", word(stage), action_text(action));
}

} // namespace onlan::model
