#include "plan/checks.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "plan/attach/attachment.hpp"
#include "plan/attach/docker_subnet.hpp"
#include "plan/attach/mtu.hpp"
#include "plan/names.hpp"
#include "plan/uplink/checks.hpp"

namespace onlan::plan {
namespace {

std::string names_of(const std::vector<net::IpAddress>& addresses)
{
    std::string text;
    for (const net::IpAddress& address : addresses)
        text += (text.empty() ? "" : ", ") + address.to_string();
    return text;
}

constexpr unsigned kOldestDocker = 25;

// Nothing for a version that is no number, as of an engine that somebody built from its sources.
std::optional<unsigned> major_version(std::string_view version)
{
    unsigned major = 0;
    const auto [end, error] =
        std::from_chars(version.data(), version.data() + version.size(), major);
    return error == std::errc{} ? std::optional(major) : std::nullopt;
}

void check_host_address(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    const model::Link* bridge = host.netns.find_link(lan.uplink.bridge);
    if (bridge == nullptr || !lan.uplink.ports.empty())
        return;
    const bool on_subnet =
        std::ranges::any_of(host.netns.addresses, [&](const model::Address& address) {
            return address.link == bridge->index && lan.ipv4.subnet.contains(address.local.address);
        });
    if (!on_subnet)
        add(findings.warnings,
            "lan {}: the host has no address in {} on {}, so containers and host reach each other "
            "only through the router",
            lan.name, lan.ipv4.subnet.to_string(), bridge->name);
}

void check_pool(const model::Lan& lan, const model::LanSubnet& subnet, Findings& findings)
{
    if (!subnet.pool) {
        add(findings.warnings,
            "lan {}: without a pool, Docker may hand out any address of {}; set a pool that the "
            "router's DHCP server leaves alone",
            lan.name, subnet.subnet.to_string());
    } else if (const auto outside = outside_pool(subnet); outside.size() > kMostReserved) {
        add(findings.errors,
            "lan {}: Docker allocates only CIDR blocks, and the smallest one around the pool {} "
            "has more than {} other addresses: write the pool as a block, such as {}",
            lan.name, subnet.pool->to_string(), kMostReserved,
            subnet.pool->enclosing_prefix().to_string());
    } else if (!outside.empty()) {
        add(findings.warnings,
            "lan {}: Docker allocates only CIDR blocks: pool {} becomes {}, and {} outside it "
            "cannot be requested with --ip",
            lan.name, subnet.pool->to_string(), subnet.pool->enclosing_prefix().to_string(),
            outside.size() == 1 ? std::string("1 address")
                                : fmt::format("{} addresses", outside.size()));
    }
}

void check_survey(const model::Lan& lan, const Survey& survey, Findings& findings)
{
    std::vector<net::IpAddress> in_use;
    for (const net::IpAddress& address : survey.in_use) {
        if (lan.ipv4.subnet.contains(address) || (lan.ipv6 && lan.ipv6->subnet.contains(address)))
            in_use.push_back(address);
    }
    if (!in_use.empty())
        add(findings.warnings, "lan {}: already in use on the LAN and therefore reserved: {}",
            lan.name, names_of(in_use));
    for (const net::IpAddress& gateway : survey.silent_gateways) {
        if (lan.ipv4.gateway == gateway || (lan.ipv6 && lan.ipv6->gateway == gateway))
            add(findings.warnings, "lan {}: the gateway {} does not answer on {}", lan.name,
                gateway.to_string(), lan.uplink.bridge);
    }
}

void check_docker(const model::Lan& lan, const Request& request, Findings& findings)
{
    if (request.stage == Stage::before_docker)
        return;
    if (!request.host.docker) {
        add(findings.errors, "lan {}: attach: {} needs Docker: {}", lan.name,
            model::attach_mode_name(lan.attach), request.host.docker_missing);
        return;
    }
    if (const auto major = major_version(request.host.docker->version);
        major && *major < kOldestDocker)
        add(findings.errors, "lan {}: Docker {} is too old for attach: {}: onlan needs {} or newer",
            lan.name, request.host.docker->version, model::attach_mode_name(lan.attach),
            kOldestDocker);
    for (const model::DockerNetwork& network : request.host.docker->networks) {
        if (is_own_network(network, lan))
            continue;
        if (network.name == lan.name) {
            add(findings.errors,
                "lan {}: there is already a Docker network {} that is not onlan's; remove it "
                "(docker network rm {}) or "
                "rename the LAN",
                lan.name, lan.name, lan.name);
            continue;
        }
        for (const model::DockerSubnet& other : network.subnets) {
            for (const model::LanSubnet* wanted : {&lan.ipv4, lan.ipv6 ? &*lan.ipv6 : nullptr}) {
                if (wanted != nullptr && wanted->subnet.overlaps(other.subnet))
                    add(findings.errors,
                        "lan {}: its subnet {} overlaps {} of the Docker network {}; give that "
                        "network another subnet",
                        lan.name, wanted->subnet.to_string(), other.subnet.to_string(),
                        network.name);
            }
        }
    }
}

void check_firewall(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    const model::Link* bridge = host.netns.find_link(lan.uplink.bridge);
    if (bridge == nullptr || !host.netns.calls_netfilter(*bridge, net::Family::ipv4))
        return;
    for (const model::NftBaseChain& chain : host.base_chains) {
        // An accept is final in its own base chain only (net/netfilter/core.c, nf_hook_slow()): no
        // rule of ours can overrule somebody else's policy. iptables-nft's chains are seen to by
        // the guards.
        const bool of_iptables = chain.table == "filter" && chain.name == "FORWARD" &&
                                 (chain.family == "ip" || chain.family == "ip6");
        if (chain.hook == "forward" && chain.policy == "drop" && chain.family != "bridge" &&
            !of_iptables)
            add(findings.warnings,
                "lan {}: the nftables chain {} {} {} drops forwarded packets by policy, and "
                "bridged frames of {} pass "
                "through it; accept them there (iifname \"{}\" oifname \"{}\" accept)",
                lan.name, chain.family, chain.table, chain.name, bridge->name, bridge->name,
                bridge->name);
    }
}

} // namespace

void check(const model::Lan& lan, const Request& request, Findings& findings)
{
    check_uplink(lan, request.host, findings);
    check_mtu(lan, request.host, findings);
    attachment(lan.attach).check(lan, request.host, findings);
    check_host_address(lan, request.host, findings);
    check_pool(lan, lan.ipv4, findings);
    if (lan.ipv6)
        check_pool(lan, *lan.ipv6, findings);
    check_survey(lan, request.survey, findings);
    check_docker(lan, request, findings);
    check_firewall(lan, request.host, findings);
}

} // namespace onlan::plan
