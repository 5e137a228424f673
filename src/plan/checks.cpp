#include "plan/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/lan_changes.hpp"
#include "plan/names.hpp"
#include "plan/uplink.hpp"

namespace onlan::plan {
namespace {

using model::AttachMode;

template <typename... Arguments>
void add(std::vector<std::string>& sentences,
         fmt::format_string<Arguments...> format,
         Arguments&&... arguments)
{
    sentences.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
}

std::string names_of(const std::vector<net::IpAddress>& addresses)
{
    std::string text;
    for (const net::IpAddress& address : addresses)
        text += (text.empty() ? "" : ", ") + address.to_string();
    return text;
}

void check_port(const model::Lan& lan,
                const std::string& name,
                const model::Host& host,
                Findings& findings)
{
    const model::Link* port = host.find_link(name);
    if (port == nullptr) {
        add(findings.errors, "lan {}: uplink port {} does not exist", lan.name, name);
        return;
    }
    const model::Link* bridge = host.find_link(lan.uplink.bridge);
    const bool in_uplink = bridge != nullptr && port->master == bridge->index;
    if (port->wireless)
        add(findings.errors,
            "lan {}: {} is a Wi-Fi interface and cannot be a port of a bridge: its access point "
            "only accepts frames "
            "with its own MAC address; use a wired interface",
            lan.name, name);
    if (port->loopback || !port->ethernet)
        add(findings.errors,
            "lan {}: {} is not an Ethernet interface and cannot be a port of a bridge", lan.name,
            name);
    if (port->master != 0 && !in_uplink) {
        const model::Link* master = host.find_link(port->master);
        const std::string of = master != nullptr ? master->name : "something in another namespace";
        add(findings.errors,
            "lan {}: {} already belongs to {} ({}); name {} as the uplink's bridge, or take {} out "
            "of it first",
            lan.name, name, of, port->master_kind, of, name);
    }
    if (port->up && !port->carrier)
        add(findings.warnings, "lan {}: {} has no carrier: is the cable plugged in?", lan.name,
            name);
    if (in_uplink)
        return;
    for (const model::Route& route : host.routes) {
        if (route.multipath)
            add(findings.errors,
                "lan {}: the multipath route to {} cannot be moved onto a bridge; replace it by "
                "single routes first",
                lan.name, route.destination.to_string());
    }
    for (const model::Address& address : moving_addresses(*port, host)) {
        constexpr std::uint32_t kForever = 0xFFFFFFFF;
        if (address.valid != kForever)
            add(findings.warnings,
                "lan {}: {} on {} comes from DHCP or a router advertisement; tell the host's "
                "network manager to "
                "configure {} instead of {} (see 'onlan export'), or it will put the address back",
                lan.name, address.local.to_string(), name, lan.uplink.bridge, name);
    }
}

std::vector<std::string> link_names(const model::Lan& lan)
{
    std::vector<std::string> names = {uplink_end(lan), container_end(lan)};
    if (lan.attach == AttachMode::docker_bridge)
        names.push_back(second_bridge(lan));
    return names;
}

// Links that connect what they should are welcome whoever made them: after `onlan export` that is
// the distribution, and not every network manager can write the alias.
bool is_whole_cable(const model::Lan& lan, const model::Host& host)
{
    const auto is_port_of = [&](const std::string& port, const std::string& bridge) {
        const model::Link* link = host.find_link(port);
        const model::Link* master = link != nullptr ? host.find_link(link->master) : nullptr;
        return master != nullptr && master->name == bridge;
    };
    const model::Link* outer = host.find_link(uplink_end(lan));
    const model::Link* inner = host.find_link(container_end(lan));
    return outer != nullptr && inner != nullptr && outer->kind == "veth" &&
           outer->peer == inner->index && is_port_of(outer->name, lan.uplink.bridge) &&
           (lan.attach != AttachMode::docker_bridge || is_port_of(inner->name, second_bridge(lan)));
}

} // namespace

void check_uplink(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    const model::Link* bridge = host.find_link(lan.uplink.bridge);
    for (const std::string& port : lan.uplink.ports)
        check_port(lan, port, host, findings);
    if (bridge == nullptr) {
        if (lan.uplink.ports.empty())
            add(findings.errors,
                "lan {}: the uplink bridge {} does not exist; create it, or list its ports "
                "(uplink.ports: [eno1]) and "
                "onlan makes it",
                lan.name, lan.uplink.bridge);
        return;
    }
    if (bridge->kind != "bridge") {
        add(findings.errors,
            "lan {}: the uplink {} is not a bridge{}; write `ports: [{}]` and another name as "
            "`bridge`, and onlan makes "
            "a bridge of it",
            lan.name, bridge->name, bridge->wireless ? " but a Wi-Fi interface" : "", bridge->name);
        return;
    }
    if (!bridge->up)
        add(findings.warnings,
            "lan {}: the uplink bridge {} is down; nothing passes until it is up", lan.name,
            bridge->name);
    if (bridge->bridge && bridge->bridge->stp) {
        constexpr std::uint32_t kTicksPerSecond = 100;
        const std::uint32_t delay = 2 * bridge->bridge->forward_delay / kTicksPerSecond;
        add(findings.warnings,
            "lan {}: {} runs STP: a new port starts to forward after {} seconds (twice its forward "
            "delay)",
            lan.name, bridge->name, delay);
    }
    const bool ported = std::ranges::any_of(host.links, [&](const model::Link& link) {
        return link.master == bridge->index && link.name != uplink_end(lan);
    });
    if (!ported && lan.uplink.ports.empty())
        add(findings.warnings, "lan {}: {} has no port, so it leads to no LAN outside this host",
            lan.name, bridge->name);
}

void check_links(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    if (is_whole_cable(lan, host))
        return;
    for (const std::string& name : link_names(lan)) {
        const model::Link* link = host.find_link(name);
        if (link != nullptr && link->alias != link_alias(lan))
            add(findings.errors,
                "lan {}: there is already an interface {} that is not onlan's; rename the LAN or "
                "the interface",
                lan.name, name);
    }
}

void check_subnets(const model::Lan& lan, const Request& request, Findings& findings)
{
    if (!lan.ipv4.gateway)
        add(findings.errors,
            "lan {}: a gateway is needed: Docker gives every container a default route, to an "
            "address of its own "
            "choice when none is named; write the router's address",
            lan.name);
    if (lan.ipv6 && lan.attach == AttachMode::docker_bridge)
        add(findings.errors,
            "lan {}: subnet6 does not work with attach: docker-bridge: Docker's bridge driver "
            "would put the gateway's "
            "IPv6 address on the bridge, where the router's own is then a duplicate; use attach: "
            "macvlan, or let "
            "containers configure themselves from the router's advertisements "
            "(docs/limitations.md)",
            lan.name);

    if (const model::Link* bridge = request.host.find_link(lan.uplink.bridge)) {
        const bool on_subnet =
            std::ranges::any_of(request.host.addresses, [&](const model::Address& address) {
                return address.link == bridge->index &&
                       lan.ipv4.subnet.contains(address.local.address);
            });
        if (!on_subnet && lan.uplink.ports.empty())
            add(findings.warnings,
                "lan {}: the host has no address in {} on {}, so containers and host reach each "
                "other through the router only",
                lan.name, lan.ipv4.subnet.to_string(), bridge->name);
    }
    for (const model::LanSubnet* subnet : {&lan.ipv4, lan.ipv6 ? &*lan.ipv6 : nullptr}) {
        if (subnet == nullptr)
            continue;
        if (!subnet->pool) {
            add(findings.warnings,
                "lan {}: without a pool Docker hands out any address of {}; name a range that the "
                "router's DHCP server leaves alone",
                lan.name, subnet->subnet.to_string());
        } else if (const auto outside = outside_pool(*subnet); !outside.empty()) {
            add(findings.warnings,
                "lan {}: Docker takes addresses from blocks only; of {} it gets, {} outside the "
                "pool are reserved and "
                "cannot be asked for with --ip either",
                lan.name, subnet->pool->enclosing_prefix().to_string(),
                outside.size() == 1 ? std::string("1 address")
                                    : fmt::format("{} addresses", outside.size()));
        }
    }
    std::vector<net::IpAddress> in_use;
    for (const net::IpAddress& address : request.survey.in_use) {
        if (lan.ipv4.subnet.contains(address) || (lan.ipv6 && lan.ipv6->subnet.contains(address)))
            in_use.push_back(address);
    }
    if (!in_use.empty())
        add(findings.warnings, "lan {}: already in use on the LAN and therefore reserved: {}",
            lan.name, names_of(in_use));
    for (const net::IpAddress& gateway : request.survey.silent_gateways) {
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
    for (const model::DockerNetwork& network : request.host.docker->networks) {
        const auto label = network.labels.find(std::string(kDockerLabel));
        const bool ours = label != network.labels.end() && label->second == lan.name;
        if (ours)
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
    const model::Link* bridge = host.find_link(lan.uplink.bridge);
    if (bridge == nullptr || !host.calls_netfilter(*bridge, net::Family::ipv4))
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

} // namespace onlan::plan
