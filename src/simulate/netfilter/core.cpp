#include "simulate/netfilter/core.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "simulate/ip/ip.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/netfilter/conntrack.hpp"
#include "simulate/netfilter/nat.hpp"
#include "simulate/netfilter/reject.hpp"
#include "simulate/netfilter/surroundings.hpp"

namespace onlan::simulate {
namespace {

using rules::HookFamily;

const model::Link* link_of(const Device* device)
{
    return device == nullptr ? nullptr : device->link;
}

rules::CtView ct_view(const Tracking& ct)
{
    rules::CtView view{.state = ct.state, .direction = ct.direction, .zone = ct.zone};
    if (ct.connection != nullptr) {
        view.status = ct.connection->entry.status;
        view.mark = ct.connection->entry.mark;
        view.original = ct.connection->entry.original;
        view.reply = ct.connection->entry.reply;
    }
    return view;
}

rules::PacketView view_of(const Packet& packet, const HookCall& call)
{
    const Ip& ip = packet.ip;
    rules::PacketView view{.in = link_of(call.in),
                           .out = link_of(call.out),
                           .ether_type = packet.ethernet.type,
                           .vlan = packet.ethernet.vlan,
                           .type = packet.type,
                           .source = ip.source,
                           .destination = ip.destination,
                           .protocol = ip.protocol,
                           .ttl = ip.ttl,
                           .tos = ip.tos,
                           .length = ip.length,
                           .source_port = ip.source_port,
                           .destination_port = ip.destination_port,
                           .tcp_flags = ip.tcp_flags,
                           .mss = ip.options.mss,
                           .icmp_type = ip.icmp_type,
                           .icmp_code = ip.icmp_code,
                           .mark = packet.mark,
                           .priority = packet.priority,
                           .socket_owner = packet.owner,
                           .ct = ct_view(packet.ct)};
    if (packet.is_arp()) {
        view.source = packet.arp->sender;
        view.destination = packet.arp->target;
        view.arp_operation = packet.arp->reply ? 2 : 1;
    }
    if (packet.bridge) {
        view.has_bridge_info = true;
        view.physical_in = link_of(packet.bridge->physical_in);
        view.physical_out = link_of(packet.bridge->physical_out);
    }
    const bool own =
        packet.local_out && call.family != HookFamily::bridge && call.family != HookFamily::netdev;
    if (!own) {
        view.source_mac = packet.ethernet.source;
        view.destination_mac = packet.ethernet.destination;
    }
    return view;
}

// What a chain may have changed of the packet.
void take_over(Packet& packet, const rules::ChainOutcome& outcome)
{
    const rules::PacketView& view = outcome.packet;
    packet.mark = view.mark;
    packet.priority = view.priority;
    packet.ip.ttl = view.ttl;
    packet.ip.tos = view.tos;
    packet.ip.options.mss = view.mss;
    if (view.source_mac)
        packet.ethernet.source = *view.source_mac;
    if (view.destination_mac)
        packet.ethernet.destination = *view.destination_mac;
    if (packet.ct.connection != nullptr)
        packet.ct.connection->entry.mark = view.ct.mark;
    packet.broute = packet.broute || outcome.broute;
    if (outcome.tproxy)
        packet.tproxy = outcome.tproxy;
    if (outcome.notrack != nullptr)
        packet.ct = {.state = rules::CtState::untracked, .seen = true};
    if (outcome.zone)
        packet.ct.zone = *outcome.zone;
}

std::string assumption_of(const rules::ChainOutcome& outcome)
{
    std::string text;
    for (const std::string& assumption : outcome.assumptions)
        text += text.empty() ? assumption : "; " + assumption;
    return text;
}

Stage filter_stage(const HookCall& call)
{
    struct First {
        Stage stage;
        rules::Hook hook;
    };
    if (call.hook == rules::Hook::egress)
        return Stage::netdev_egress;
    constexpr std::array<First, 5> kFirstOfFamily{
        {{Stage::ip_prerouting, rules::Hook::prerouting},
         {Stage::ip6_prerouting, rules::Hook::prerouting},
         {Stage::arp_input, rules::Hook::input},
         {Stage::bridge_prerouting, rules::Hook::prerouting},
         {Stage::netdev_ingress, rules::Hook::ingress}}};
    const First& first = kFirstOfFamily[static_cast<std::size_t>(call.family)];
    return static_cast<Stage>(static_cast<int>(first.stage) + static_cast<int>(call.hook) -
                              static_cast<int>(first.hook));
}

Stage nat_stage(const HookCall& call)
{
    const bool ipv4 = call.family == HookFamily::ipv4;
    switch (call.hook) {
    case rules::Hook::input:
        return ipv4 ? Stage::ip_input_nat : Stage::ip6_input_nat;
    case rules::Hook::output:
        return ipv4 ? Stage::ip_output_nat : Stage::ip6_output_nat;
    case rules::Hook::postrouting:
        return ipv4 ? Stage::ip_postrouting_nat : Stage::ip6_postrouting_nat;
    default:
        return ipv4 ? Stage::ip_prerouting_nat : Stage::ip6_prerouting_nat;
    }
}

bool listens_on(Run& run, const rules::BaseChain& chain, const Device& device)
{
    if (chain.family != HookFamily::netdev)
        return true;
    if (chain.devices.empty())
        run.assume(fmt::format("the chain {} of {} is not bound to any device that packets pass: "
                               "the listing names none",
                               chain.policy.chain, chain.policy.table));
    return std::ranges::find(chain.devices, device.name()) != chain.devices.end();
}

} // namespace

rules::HookFamily hook_family(const Packet& packet)
{
    return packet.family() == net::Family::ipv4 ? HookFamily::ipv4 : HookFamily::ipv6;
}

Place filter_place(const HookCall& call)
{
    return {call.at, filter_stage(call), call.out};
}

Place nat_place(const HookCall& call)
{
    return {call.at, nat_stage(call), call.out};
}

rules::ChainOutcome
ask_chain(Run& run, Packet& packet, const HookCall& call, const rules::BaseChain& chain)
{
    const Rulebook& book = *run.world.rules_of(call.netns()).book;
    const NetnsSurroundings surroundings(run, call.netns());
    const bool too_many = run.rules_seen > kMostRules;
    if (too_many)
        run.assume("the packets meet too many rules for all of them to be evaluated");
    rules::PacketView view = view_of(packet, call);
    view.touched = run.state.touched[&call.netns()];
    auto outcomes =
        too_many ? std::vector<rules::ChainOutcome>{} : book.evaluate(chain, view, surroundings);
    if (outcomes.empty()) {
        rules::ChainOutcome nothing{.packet = view};
        nothing.because = &chain.policy;
        return nothing;
    }
    run.rules_seen += outcomes.front().rules_seen;
    std::size_t way = 0;
    if (outcomes.size() > 1) {
        std::string name;
        for (const rules::ChainOutcome& outcome : outcomes)
            name += assumption_of(outcome) + "\n";
        way = run.choices.pick(name, outcomes.size());
    }
    rules::ChainOutcome outcome = std::move(outcomes[way]);
    for (const std::string& assumption : outcome.assumptions)
        run.assume(assumption);
    for (const rules::RuleRef* rule : outcome.not_understood)
        run.not_understood.insert(rule);
    const bool nat = chain.type == rules::ChainType::nat;
    record_matches(run, packet, nat ? nat_place(call) : filter_place(call), outcome.path);
    take_over(packet, outcome);
    run.state.touched[&call.netns()] = outcome.packet.touched;
    return outcome;
}

namespace {

// One chain that is not of type nat. False: the packet ends here.
bool pass_chain(Run& run, Packet& packet, const HookCall& call, const rules::BaseChain& chain)
{
    const FlowKey before = flow_key(packet);
    const rules::ChainOutcome outcome = ask_chain(run, packet, call, chain);
    const Place place = filter_place(call);
    const auto why = [&] { return ByRule{outcome.because}; };
    if (outcome.reject) {
        note(run, packet, place, Action::reject, why);
        send_reject(run, packet, call, *outcome.reject);
        return false;
    }
    switch (outcome.verdict) {
    case rules::Verdict::drop:
        note(run, packet, place, Action::drop, why);
        return false;
    case rules::Verdict::queue:
        run.assume(fmt::format("the program that reads the queue of '{}' accepts every packet",
                               outcome.because->text));
        note(run, packet, place, Action::queue, why);
        break;
    case rules::Verdict::accept:
        if (outcome.notrack != nullptr)
            note(run, packet, place, Action::notrack, [&] { return ByRule{outcome.notrack}; });
        else
            note(run, packet, place, packet.mark != before.mark ? Action::mark : Action::accept,
                 why);
        break;
    }
    // ipt_mangle_out(), nf_route_table_hook4(): a chain of type filter does not look for a new way.
    const bool elsewhere = chain.type == rules::ChainType::route &&
                           call.hook == rules::Hook::output && flow_key(packet) != before;
    return !elsewhere || reroute_output(run, call.netns(), packet);
}

bool pass_built_in(Run& run, Packet& packet, const HookCall& call, BuiltIn built_in)
{
    switch (built_in) {
    case BuiltIn::conntrack:
        conntrack_in(run, packet, call);
        return true;
    case BuiltIn::nat:
        return nat_hook(run, packet, call);
    case BuiltIn::confirm:
        return conntrack_confirm(run, packet, call);
    }
    return true;
}

} // namespace

bool pass_hook(Run& run, Packet& packet, const HookCall& call, Priorities priorities)
{
    const Rules& rules = run.world.rules_of(call.netns());
    if (rules.book == nullptr)
        return true;
    for (const HookEntry& entry : rules.hooks.at(call.family, call.hook)) {
        if (entry.priority < priorities.first || entry.priority > priorities.last)
            continue;
        const bool passed = entry.chain == nullptr
                                ? pass_built_in(run, packet, call, entry.built_in)
                                : !listens_on(run, *entry.chain, *call.at) ||
                                      pass_chain(run, packet, call, *entry.chain);
        if (!passed)
            return false;
    }
    return true;
}

} // namespace onlan::simulate
