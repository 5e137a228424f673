#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/iptables_save.hpp"
#include "formats/text/assume.hpp"
#include "model/rtnetlink.hpp"
#include "net/protocols.hpp"

namespace onlan::formats::text {
namespace {

using net::Family;

// A published port, with where Docker sends what comes to it.
struct Publication {
    model::PublishedPort port;
    net::IpAddress container;
    std::string bridge;
};

bool is_bridged(const model::DockerNetwork& network)
{
    return (network.driver == "bridge" || network.driver.empty()) && network.name != "host" &&
           network.name != "none";
}

// Docker publishes the ports of a container on the first of its networks that is a bridge.
std::vector<Publication> publications(const model::DockerEngine& docker)
{
    std::vector<Publication> found;
    for (const model::DockerContainer& container : docker.containers) {
        const auto on = [&](const model::DockerEndpoint& endpoint) {
            return endpoint.container == container.name && endpoint.ipv4;
        };
        for (const model::DockerNetwork& network : docker.networks) {
            const auto endpoint = std::ranges::find_if(network.endpoints, on);
            if (!is_bridged(network) || endpoint == network.endpoints.end())
                continue;
            for (const model::PublishedPort& port : container.ports) {
                if (port.host_port != 0)
                    found.push_back({.port = port,
                                     .container = endpoint->ipv4->address,
                                     .bridge = bridge_of(network)});
            }
            break;
        }
    }
    return found;
}

bool is_ipv4(const Publication& publication)
{
    return !publication.port.host_address ||
           publication.port.host_address->family() == Family::ipv4;
}

// As Docker 28 writes them with its iptables backend (libnetwork/drivers/bridge, setupIPTables()
// and programPortMapping()), less what only guards the networks from each other.
std::string nat_of_docker(const model::DockerEngine& docker)
{
    std::string text = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n"
                       ":POSTROUTING ACCEPT\n:DOCKER -\n"
                       "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
                       "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n";
    for (const model::DockerNetwork& network : docker.networks) {
        for (const model::DockerSubnet& subnet : network.subnets) {
            if (is_bridged(network) && !network.internal && subnet.subnet.family() == Family::ipv4)
                text += fmt::format("-A POSTROUTING -s {} ! -o {} -j MASQUERADE\n",
                                    subnet.subnet.to_string(), bridge_of(network));
        }
    }
    for (const Publication& one : publications(docker)) {
        const bool any =
            !one.port.host_address || *one.port.host_address == net::IpAddress::any(Family::ipv4);
        if (is_ipv4(one))
            text += fmt::format("-A DOCKER {}! -i {} -p {} -m {} --dport {} -j DNAT "
                                "--to-destination {}:{}\n",
                                any ? "" : "-d " + one.port.host_address->to_string() + "/32 ",
                                one.bridge, net::protocol_name(one.port.protocol),
                                net::protocol_name(one.port.protocol), one.port.host_port,
                                one.container.to_string(), one.port.container_port);
    }
    return text + "COMMIT\n";
}

std::string filter_of_docker(const model::DockerEngine& docker)
{
    std::string text = "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n:DOCKER -\n";
    for (const model::DockerNetwork& network : docker.networks) {
        if (!is_bridged(network))
            continue;
        const std::string bridge = bridge_of(network);
        text +=
            fmt::format("-A FORWARD -o {} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
                        "-A FORWARD -o {} -j DOCKER\n",
                        bridge, bridge);
        for (const model::DockerNetwork& other : docker.networks) {
            if (&other != &network && is_bridged(other))
                text += fmt::format("-A FORWARD -i {} -o {} -j DROP\n", bridge, bridge_of(other));
        }
        text +=
            fmt::format("-A FORWARD -i {} -j {}\n", bridge, network.internal ? "DROP" : "ACCEPT");
    }
    for (const Publication& one : publications(docker)) {
        if (is_ipv4(one))
            text +=
                fmt::format("-A DOCKER -d {}/32 ! -i {} -o {} -p {} -m {} --dport {} -j ACCEPT\n",
                            one.container.to_string(), one.bridge, one.bridge,
                            net::protocol_name(one.port.protocol),
                            net::protocol_name(one.port.protocol), one.port.container_port);
    }
    return text + "COMMIT\n";
}

// Whether the listing of nft has what iptables-nft would keep there.
bool in_nft(const Part& host, std::string_view family, std::string_view table)
{
    return std::ranges::any_of(*host.netns.nftables.objects, [&](const model::NftObject& object) {
        return object.kind() == "table" && object.family() == family && object.table() == table;
    });
}

bool is_told(const Part& host, std::string_view table)
{
    return host.has_rules(Family::ipv4, table) || in_nft(host, "ip", table);
}

void add_dockers(Part& host, const model::DockerEngine& docker, std::string_view table)
{
    const std::string text = table == "nat" ? nat_of_docker(docker) : filter_of_docker(docker);
    const auto rules = parse_iptables_save(text, model::XtablesBackend::legacy, Family::ipv4);
    if (rules)
        host.xtables(Family::ipv4).tables.insert(rules->tables.begin(), rules->tables.end());
    host.netns.assumed.push_back(fmt::format(
        "the table {} of iptables, which was not pasted, has the rules that Docker writes and no "
        "others: `iptables-save -t {}` would tell",
        table, table));
}

// docker-proxy listens at every published port, unless it was switched off.
void add_proxies(Part& host, model::DockerEngine& docker)
{
    const bool told = host.told.contains(Topic::sockets);
    for (const Publication& one : publications(docker)) {
        for (const Family family : {Family::ipv4, Family::ipv6}) {
            const net::IpAddress address =
                one.port.host_address.value_or(net::IpAddress::any(family));
            const auto is_it = [&](const model::Socket& socket) {
                return socket.protocol == one.port.protocol && socket.port == one.port.host_port &&
                       socket.address == address;
            };
            const bool listens = std::ranges::any_of(host.netns.sockets, is_it);
            if (address.family() != family || (told && !listens))
                continue;
            if (!listens)
                host.netns.sockets.push_back({.protocol = one.port.protocol,
                                              .address = address,
                                              .port = one.port.host_port,
                                              .ipv6_only = family == Family::ipv6,
                                              .program = "docker-proxy"});
            docker.proxies.push_back({.protocol = one.port.protocol,
                                      .host_address = address,
                                      .host_port = one.port.host_port,
                                      .container_address = one.container,
                                      .container_port = one.port.container_port});
        }
    }
}

bool names_docker(const Part& host)
{
    return std::ranges::any_of(host.netns.xtables, [](const model::XtablesRuleset& ruleset) {
        return ruleset.find_chain("filter", "DOCKER") != nullptr ||
               ruleset.find_chain("nat", "DOCKER") != nullptr;
    });
}

// A table that was pasted as iptables lists it and as nft does is iptables-nft's.
void settle_backend(Part& part)
{
    for (model::XtablesRuleset& ruleset : part.netns.xtables) {
        const std::string_view family = ruleset.family == Family::ipv4 ? "ip" : "ip6";
        for (const auto& [table, chains] : ruleset.tables) {
            if (in_nft(part, family, table))
                ruleset.backend = model::XtablesBackend::nft;
        }
    }
}

// What was not pasted is taken not to exist.
void say_what_is_missing(Part& host, bool dockers)
{
    std::string missing;
    std::string commands;
    const auto miss = [&](std::string_view what, std::string_view command) {
        missing += fmt::format("{}{}", missing.empty() ? "" : ", ", what);
        commands += fmt::format("{}`{}`", commands.empty() ? "" : ", ", command);
    };
    const bool nft = host.told.contains(Topic::nftables);
    if (!dockers) {
        for (const std::string_view table : {"filter", "nat"}) {
            if (!is_told(host, table) && !nft)
                miss(fmt::format("rules of iptables in the table {}", table),
                     fmt::format("iptables-save -t {}", table));
        }
    }
    if (!nft)
        miss("rules of nftables", "nft list ruleset");
    if (!host.has_rules(Family::ipv6, "filter") && !nft)
        miss("rules of ip6tables", "ip6tables-save");
    if (!missing.empty())
        host.netns.assumed.push_back(
            fmt::format("there are no {}, for none were pasted: {} would tell", missing, commands));
}

} // namespace

bool docker_runs(const Paste& paste, const Part& host)
{
    return paste.docker_told || host.netns.find_link("docker0") != nullptr || names_docker(host);
}

void assume_rules(Paste& paste, Part& host)
{
    settle_backend(host);
    const bool docker = !publications(paste.docker).empty() || paste.docker_told;
    if (docker) {
        for (const std::string_view table : {"nat", "filter"}) {
            if (!is_told(host, table))
                add_dockers(host, paste.docker, table);
        }
        add_proxies(host, paste.docker);
    }
    say_what_is_missing(host, docker);
}

} // namespace onlan::formats::text
