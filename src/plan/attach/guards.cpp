#include "plan/attach/guards.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "plan/names.hpp"

namespace onlan::plan {
namespace {

using model::XtablesBackend;
using net::Family;

model::SysctlRef nf_call_sysctl(Family family)
{
    return family == Family::ipv4 ? model::kBridgeSysctls["bridge-nf-call-iptables"]
                                  : model::kBridgeSysctls["bridge-nf-call-ip6tables"];
}

// A bridge that is still to be made has no switch of its own, so only the sysctl counts.
bool calls_netfilter(const model::Host& host, const std::string& bridge, Family family)
{
    const model::Link* link = host.netns.find_link(bridge);
    return host.netns.calls_netfilter(link != nullptr ? *link : model::Link{}, family);
}

std::string why_not_called(const model::Host& host, Family family)
{
    const model::SysctlRef sysctl = nf_call_sysctl(family);
    if (host.netns.sysctl(sysctl).empty())
        return "br_netfilter is not loaded, so bridged frames never reach the firewall";
    return fmt::format("{} is 0, so bridged frames never reach the firewall", sysctl.name());
}

// Bridged frames have the bridge as input and as output device; "physdev-is-bridged" leaves out
// what the host routes from the bridge back into it (net/netfilter/xt_physdev.c).
Change accept_bridged(const model::Lan& lan,
                      const std::string& bridge,
                      const model::XtablesRuleset& ruleset)
{
    // Docker's chain for others' rules counts only while something leads to it: after `iptables -F`
    // nothing does.
    const std::vector<std::string> jump = {"-j", "DOCKER-USER"};
    const auto& forward = ruleset.find_chain("filter", "FORWARD")->rules;
    const bool docker_user =
        std::ranges::find(forward, jump, &model::XtablesRule::words) != forward.end();
    return InsertXtablesRule{.backend = ruleset.backend,
                             .family = ruleset.family,
                             .table = "filter",
                             .chain = docker_user ? "DOCKER-USER" : "FORWARD",
                             .rule = {"-i", bridge, "-o", bridge, "-m", "physdev",
                                      "--physdev-is-bridged", "-m", "comment", "--comment",
                                      fmt::format("{} bridged {}", link_alias(lan), bridge), "-j",
                                      "ACCEPT"}};
}

// One guard for every FORWARD chain that drops by policy: iptables-nft and iptables-legacy can both
// be in use.
std::vector<Guard> forward_guards(const model::Lan& lan,
                                  const model::Host& host,
                                  const std::string& bridge,
                                  Family family)
{
    const std::string name = fmt::format("bridged {} {}", bridge, net::family_name(family));
    if (!calls_netfilter(host, bridge, family))
        return {{.name = name, .why = why_not_called(host, family), .change = {}}};

    std::vector<Guard> needed;
    for (const XtablesBackend backend : {XtablesBackend::nft, XtablesBackend::legacy}) {
        const model::XtablesRuleset* ruleset = host.netns.find_xtables(backend, family);
        const model::XtablesChain* forward =
            ruleset != nullptr ? ruleset->find_chain("filter", "FORWARD") : nullptr;
        if (forward == nullptr || forward->policy != "DROP")
            continue;
        needed.push_back({.name = name,
                          .why = fmt::format("the FORWARD chain of {} drops by policy, and bridged "
                                             "frames of {} pass through it",
                                             model::xtables_program(backend, family), bridge),
                          .change = accept_bridged(lan, bridge, *ruleset)});
    }
    if (needed.empty())
        return {
            {.name = name,
             .why = fmt::format("no {} FORWARD chain drops by policy", net::family_name(family)),
             .change = {}}};
    return needed;
}

} // namespace

Guard notrack_guard(const model::Lan& lan,
                    const model::Host& host,
                    const std::string& bridge,
                    Stage stage)
{
    Guard guard{.name = fmt::format("notrack {}", bridge), .why = {}, .change = {}};
    const bool called =
        calls_netfilter(host, bridge, Family::ipv4) || calls_netfilter(host, bridge, Family::ipv6);
    if (called)
        guard.why = fmt::format(
            "br_netfilter would track and translate frames on {}, and again on the uplink bridge",
            bridge);
    else if (stage == Stage::before_docker)
        guard.why = "dockerd may load br_netfilter when it starts";
    else
        guard.why = why_not_called(host, Family::ipv4);
    if (called || stage == Stage::before_docker)
        guard.change = AddNotrack{.bridge = bridge, .comment = link_alias(lan)};
    return guard;
}

std::vector<Guard>
bridged_guards(const model::Lan& lan, const model::Host& host, const std::string& bridge)
{
    std::vector<Guard> guards;
    for (const Family family : {Family::ipv4, Family::ipv6})
        std::ranges::move(forward_guards(lan, host, bridge, family), std::back_inserter(guards));
    return guards;
}

} // namespace onlan::plan
