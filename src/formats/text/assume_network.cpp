#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/text/assume.hpp"
#include "formats/text/words.hpp"
#include "model/address_routes.hpp"
#include "model/policy_rule.hpp"

namespace onlan::formats::text {
namespace {

using net::Family;

bool is_container(const Part& part)
{
    return part.netns.name.starts_with("container:");
}

// addrconf_add_mroute()
void add_multicast_route(model::Netns& netns, int link)
{
    constexpr std::array<std::uint8_t, 16> kMulticast = {0xFF};
    const model::Route route{
        .destination = net::Prefix::around(
            net::IpAddress::from_bytes(kMulticast).value_or(net::IpAddress{}), 8),
        .table = model::kTableLocal,
        .type = number(model::RouteType::multicast),
        .protocol = model::kProtocolKernel,
        .link = link,
        .metric = model::kMetricOfIpv6Prefixes};
    if (std::ranges::find(netns.routes, route) == netns.routes.end())
        netns.routes.push_back(route);
}

// The kernel makes them of the addresses. Those of the table main are listed by `ip route`: one
// that is not there is not there.
void add_routes(Part& part)
{
    model::Netns made = part.netns;
    made.routes.clear();
    for (model::Address address : part.netns.addresses) {
        const model::Link* link = part.netns.find_link(address.link);
        if (link == nullptr)
            continue;
        // Who asks the kernel for no prefix route, as NetworkManager does, makes one.
        address.flags &= ~model::kAddressNoPrefixRoute;
        add_routes_of(made, *link, address);
        if (address.local.address.family() == Family::ipv6 && link->up && !link->loopback)
            add_multicast_route(made, link->index);
    }
    for (model::Route& route : made.routes) {
        const bool ipv6 = route.destination.family() == Family::ipv6;
        const bool local = route.table == model::kTableLocal;
        const bool told = local ? part.told.contains(Topic::local_routes)
                                : part.told.contains(ipv6 ? Topic::routes6 : Topic::routes);
        if (!told)
            part.netns.routes.push_back(std::move(route));
    }
}

void assume_routes(Part& part)
{
    add_routes(part);
    if (part.told.contains(Topic::routes) || part.netns.addresses.empty() ||
        (is_container(part) && !part.told.contains(Topic::devices)))
        return;
    part.netns.assumed.push_back(fmt::format(
        "{} has no routes but those of its addresses: `ip route show table all` would tell",
        part.netns.name));
}

// fib_default_rules_init(), fib6_rules_net_init()
void add_usual_rules(Part& part, Family family)
{
    const bool there = std::ranges::any_of(
        part.netns.policy_rules, [&](const model::Rule& rule) { return rule.family == family; });
    if (there)
        return;
    constexpr std::uint32_t kMain = 32766;
    constexpr std::uint32_t kDefault = 32767;
    const auto add = [&](std::uint32_t priority, std::uint32_t table) {
        part.netns.policy_rules.push_back(
            model::rule_from({.family = family, .priority = priority, .table = table}));
    };
    add(0, model::kTableLocal);
    add(kMain, model::kTableMain);
    if (family == Family::ipv4)
        add(kDefault, model::kTableDefault);
}

bool has_sysctl(const Part& part, const std::string& name)
{
    return part.netns.sysctls.contains(name);
}

// To write net.ipv4.ip_forward sets it on every device (inet_forward_change()), and in IPv6 that of
// "all" does (addrconf_fixup_forwarding()).
void spread_forwarding(Part& part, const std::string& of_all, const model::SysctlRef& sysctl)
{
    const auto all = part.netns.sysctls.find(of_all);
    if (all == part.netns.sysctls.end())
        return;
    const std::string value = all->second;
    part.netns.sysctls.emplace(sysctl.name("all"), value);
    part.netns.sysctls.emplace(sysctl.name("default"), value);
    for (const model::Link& link : part.netns.links)
        part.netns.sysctls.emplace(sysctl.name(link.name), value);
}

void assume_forwarding(Part& part, bool docker)
{
    const std::string ipv4 = model::kIpv4Sysctls["ip_forward"].name();
    const std::string ipv6 = model::kIpv6Conf["forwarding"].name("all");
    const bool told = has_sysctl(part, ipv4);
    if (!told && has_sysctl(part, model::kIpv4Conf["forwarding"].name("all")))
        part.netns.sysctls[ipv4] =
            part.netns.sysctls.at(model::kIpv4Conf["forwarding"].name("all"));
    part.netns.sysctls.emplace(ipv4, docker ? "1" : "0");
    part.netns.sysctls.emplace(ipv6, docker ? "1" : "0");
    spread_forwarding(part, ipv4, model::kIpv4Conf["forwarding"]);
    spread_forwarding(part, ipv6, model::kIpv6Conf["forwarding"]);
    if (!told && !is_container(part))
        part.netns.assumed.push_back(fmt::format(
            "{} {}: `sysctl net.ipv4.ip_forward` would tell", part.netns.name,
            docker ? "forwards between its devices, as Docker has it" : "does not forward"));
}

// Docker loads br_netfilter, which comes with its sysctls on (brnf_init_net()).
void assume_br_netfilter(const Paste& paste, Part& host, bool docker)
{
    const std::string ipv4 = model::kBridgeSysctls["bridge-nf-call-iptables"].name();
    if (has_sysctl(host, ipv4))
        return;
    const bool modules_told = !paste.modules.empty();
    const bool loaded = modules_told ? paste.modules.contains("br_netfilter") : docker;
    if (loaded) {
        host.netns.sysctls[ipv4] = "1";
        host.netns.sysctls[model::kBridgeSysctls["bridge-nf-call-ip6tables"].name()] = "1";
        host.netns.sysctls[model::kBridgeSysctls["bridge-nf-call-arptables"].name()] = "1";
    }
    const bool bridged = std::ranges::any_of(
        host.netns.links, [](const model::Link& link) { return link.kind == "bridge"; });
    if (bridged && !modules_told)
        host.netns.assumed.push_back(fmt::format(
            "{}: `sysctl net.bridge.bridge-nf-call-iptables` would tell",
            loaded ? "br_netfilter shows bridged packets to iptables, as where Docker runs"
                   : "br_netfilter is not loaded, and bridged packets do not meet iptables"));
}

void assume_sysctls(Part& part)
{
    constexpr std::size_t kSeveral = 30; // of `sysctl -a`
    if (is_container(part) || part.netns.sysctls.size() >= kSeveral)
        return;
    part.netns.assumed.push_back(fmt::format(
        "the other sysctls of {} are the kernel's defaults (rp_filter 0, for one): `sysctl -a` "
        "would tell",
        part.netns.name));
}

} // namespace

void assume_network(const Paste& paste, Part& part)
{
    const bool host = part.netns.name == "host";
    const bool docker = host && docker_runs(paste, part);
    assume_routes(part);
    add_usual_rules(part, Family::ipv4);
    add_usual_rules(part, Family::ipv6);
    assume_sysctls(part);
    assume_forwarding(part, docker);
    if (host)
        assume_br_netfilter(paste, part, docker);
    part.netns.sockets_unknown = !part.told.contains(Topic::sockets);
}

} // namespace onlan::formats::text
