#include "plan/uplink/checks.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "plan/names.hpp"
#include "plan/uplink/entries.hpp"
#include "plan/uplink/load.hpp"

namespace onlan::plan {
namespace {

constexpr std::uint32_t kShortestDelay = 200; // BR_MIN_FORWARD_DELAY, in centiseconds
constexpr std::uint32_t kCentisecondsPerSecond = 100;

// Links of these kinds take every frame of the one below them, which a bridge wants too
// (net/core/dev.c, netdev_rx_handler_register()).
bool takes_every_frame(const model::Link& link)
{
    constexpr std::array<std::string_view, 5> kKinds = {"macvlan", "macvtap", "ipvlan", "ipvtap",
                                                        "macsec"};
    return !link.peer_netnsid && std::ranges::find(kKinds, link.kind) != kKinds.end();
}

// Docker's macvlan and ipvlan links are in the namespaces of its containers.
std::vector<std::string> users_of(const model::Link& port, const model::Host& host)
{
    std::vector<std::string> users;
    for (const model::Link& link : host.netns.links) {
        if (link.peer == port.index && takes_every_frame(link))
            users.push_back(fmt::format("the {} interface {}", link.kind, link.name));
    }
    if (!host.docker)
        return users;
    for (const model::DockerNetwork& network : host.docker->networks) {
        const auto parent = network.options.find("parent");
        if (parent != network.options.end() && parent->second == port.name &&
            !network.endpoints.empty())
            users.push_back(fmt::format("the Docker network {}", network.name));
    }
    return users;
}

void check_can_be_port(const model::Lan& lan,
                       const model::Link& port,
                       const model::Host& host,
                       Findings& findings)
{
    if (port.wireless)
        add(findings.errors,
            "lan {}: {} is a Wi-Fi interface and cannot be a port of a bridge: its access point "
            "only accepts frames "
            "with its own MAC address; use a wired interface",
            lan.name, port.name);
    if (port.loopback || !port.ethernet)
        add(findings.errors,
            "lan {}: {} is not an Ethernet interface and cannot be a port of a bridge", lan.name,
            port.name);
    if (port.kind == "bridge")
        add(findings.errors,
            "lan {}: {} is a bridge itself and cannot be a port of one; write `bridge: {}`, "
            "without ports",
            lan.name, port.name, port.name);
    if (port.kind == "ipvlan") // IFF_DONT_BRIDGE
        add(findings.errors,
            "lan {}: {} is an ipvlan interface and cannot be a port of a bridge; use the interface "
            "below it",
            lan.name, port.name);
    if (const auto users = users_of(port, host); !users.empty())
        add(findings.errors,
            "lan {}: {} cannot be a port of a bridge while {} sits on it; remove it, or put it on "
            "{} afterwards",
            lan.name, port.name, fmt::join(users, " and "), lan.uplink.bridge);
}

void check_master(const model::Lan& lan,
                  const model::Link& port,
                  const model::Host& host,
                  Findings& findings)
{
    if (port.master == 0)
        return;
    const model::Link* master = host.netns.find_link(port.master);
    const std::string of = master != nullptr ? master->name : "something in another namespace";
    add(findings.errors,
        "lan {}: {} already belongs to {} ({}); name {} as the uplink's bridge, or take {} out "
        "of it first",
        lan.name, port.name, of, port.master_kind, of, port.name);
}

// "eno+" stands for every name that begins with "eno".
bool names(const std::string& pattern, const std::string& link)
{
    return pattern.ends_with('+') ? link.starts_with(pattern.substr(0, pattern.size() - 1))
                                  : pattern == link;
}

std::vector<std::string> xtables_rules_naming(const std::string& link, const model::Host& host)
{
    std::vector<std::string> rules;
    const auto is_named = [&](const std::vector<std::string>& rule) {
        for (std::size_t at = 0; at + 1 < rule.size(); ++at) {
            if ((rule[at] == "-i" || rule[at] == "-o") && names(rule[at + 1], link))
                return true;
        }
        return false;
    };
    for (const model::XtablesRuleset& ruleset : host.netns.xtables) {
        for (const auto& [table, chains] : ruleset.tables) {
            for (const auto& [chain, content] : chains) {
                for (const auto& rule : content->rules) {
                    if (is_named(rule.words))
                        rules.push_back(
                            fmt::format("{} -t {} -A {} {}",
                                        model::xtables_program(ruleset.backend, ruleset.family),
                                        table, chain, fmt::join(rule.words, " ")));
                }
            }
        }
    }
    return rules;
}

void check_firewall_names(const model::Lan& lan,
                          const model::Link& port,
                          const model::Host& host,
                          Findings& findings)
{
    std::vector<std::string> rules = xtables_rules_naming(port.name, host);
    for (const model::NftInterfaceRule& rule : host.interface_rules) {
        if (rule.interface == port.name)
            rules.push_back(fmt::format("nft {} {} {} ({} \"{}\")", rule.family, rule.table,
                                        rule.chain, rule.key, rule.interface));
    }
    for (const std::string& rule : rules)
        add(findings.warnings,
            "lan {}: what passes through {} now will pass through {} then, so this rule will no "
            "longer match; write one for {}: {}",
            lan.name, port.name, lan.uplink.bridge, lan.uplink.bridge, rule);
}

void check_addresses(const model::Lan& lan,
                     const model::Link& port,
                     const model::Host& host,
                     Findings& findings)
{
    for (const model::Address& address : moving_addresses(port, host)) {
        if (address.valid != model::kForever)
            add(findings.warnings,
                "lan {}: {} on {} comes from DHCP or a router advertisement; tell the host's "
                "network manager to "
                "configure {} instead of {} (see 'onlan export'), or it will put the address back",
                lan.name, address.local.to_string(), port.name, lan.uplink.bridge, port.name);
    }
}

// What such a route does to a packet (RTA_ENCAP) is not decoded, so it could only be added as one
// that does nothing.
void check_routes(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    for (const Entry& entry : uplink_entries(lan.uplink, host, {})) {
        const auto* moved = std::get_if<RemoveRoute>(&entry.change);
        if (moved != nullptr && moved->route.encapsulated)
            add(findings.errors,
                "lan {}: the route to {} on {} encapsulates its packets (ip route … encap …), and "
                "onlan cannot move such a route to {}; remove it, and add it there afterwards",
                lan.name, moved->route.destination.to_string(), moved->link, lan.uplink.bridge);
    }
}

void check_port(const model::Lan& lan,
                const std::string& name,
                const model::Host& host,
                Findings& findings)
{
    const model::Link* port = host.netns.find_link(name);
    if (port == nullptr) {
        add(findings.errors, "lan {}: uplink port {} does not exist", lan.name, name);
        return;
    }
    if (port->up && !port->carrier)
        add(findings.warnings, "lan {}: {} has no carrier: is the cable plugged in?", lan.name,
            name);
    check_addresses(lan, *port, host, findings);
    const model::Link* bridge = host.netns.find_link(lan.uplink.bridge);
    if (bridge != nullptr && port->master == bridge->index)
        return;
    check_can_be_port(lan, *port, host, findings);
    check_master(lan, *port, host, findings);
    check_firewall_names(lan, *port, host, findings);
}

void warn_of_stp(const model::Lan& lan, std::uint32_t forward_delay, Findings& findings)
{
    add(findings.warnings,
        "lan {}: {} runs STP: a new port starts to forward after {} seconds (twice its forward "
        "delay)",
        lan.name, lan.uplink.bridge, 2 * forward_delay / kCentisecondsPerSecond);
}

void check_missing_bridge(const model::Lan& lan, Findings& findings)
{
    if (lan.uplink.ports.empty())
        add(findings.errors,
            "lan {}: the uplink bridge {} does not exist; create it, or list its ports "
            "(uplink.ports: [eno1]) and onlan will make it",
            lan.name, lan.uplink.bridge);
    if (lan.uplink.ports.size() > 1)
        warn_of_stp(lan, kShortestDelay, findings);
}

// Nobody but its owner sets an existing bridge up or plugs its cables in.
void check_existing_bridge(const model::Lan& lan,
                           const model::Link& bridge,
                           const model::Host& host,
                           Findings& findings)
{
    const bool ported = std::ranges::any_of(host.netns.links, [&](const model::Link& link) {
        return link.master == bridge.index && link.name != uplink_end(lan);
    });
    if (!bridge.up)
        add(findings.unmended,
            "lan {}: the uplink bridge {} is down, so nothing passes; set it up (ip link set {} "
            "up)",
            lan.name, bridge.name, bridge.name);
    else if (!ported)
        add(findings.warnings,
            "lan {}: {} has no port, so it does not reach a LAN outside this host", lan.name,
            bridge.name);
    else if (!bridge.carrier)
        add(findings.warnings, "lan {}: {} has no carrier: is the cable plugged in?", lan.name,
            bridge.name);
}

// The cable's end is a port like any other that nobody configured: untagged, in the VLAN that the
// bridge gives such ports (net/bridge/br_vlan.c, nbp_vlan_init()).
void check_vlans(const model::Lan& lan, const model::Link& bridge, Findings& findings)
{
    if (bridge.bridge && bridge.bridge->vlan_filtering)
        add(findings.warnings,
            "lan {}: {} filters VLANs: containers are in its default VLAN (vlan_default_pvid), and "
            "in none if that is 0; put {} into another with: bridge vlan add dev {} vid N pvid "
            "untagged",
            lan.name, bridge.name, uplink_end(lan), uplink_end(lan));
}

} // namespace

void check_uplink(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    for (const std::string& port : lan.uplink.ports)
        check_port(lan, port, host, findings);
    check_routes(lan, host, findings);
    const model::Link* bridge = host.netns.find_link(lan.uplink.bridge);
    if (bridge == nullptr) {
        check_missing_bridge(lan, findings);
        return;
    }
    if (bridge->kind != "bridge") {
        add(findings.errors,
            "lan {}: the uplink {} is not a bridge{}; write `ports: [{}]` and another name as "
            "`bridge`, and onlan will make a bridge with it as a port",
            lan.name, bridge->name, bridge->wireless ? " but a Wi-Fi interface" : "", bridge->name);
        return;
    }
    check_vlans(lan, *bridge, findings);
    if (bridge->bridge && bridge->bridge->stp)
        warn_of_stp(lan, bridge->bridge->forward_delay, findings);
    if (lan.uplink.ports.empty())
        check_existing_bridge(lan, *bridge, host, findings);
}

} // namespace onlan::plan
