#include "plan/lan_changes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/guards.hpp"
#include "plan/names.hpp"
#include "plan/uplink.hpp"

namespace onlan::plan {
namespace {

using model::AttachMode;

// A bridge without an address of its own takes the lowest one among its ports
// (net/bridge/br_stp_if.c, br_stp_recalculate_bridge_id()). The uplink bridge must not change its
// address on the LAN because of us, so our port's is higher than any that hardware has or that is
// likely made up; it depends on the name only and so survives a reboot.
net::MacAddress uplink_end_mac(const std::string& name)
{
    std::uint64_t hash = 0xCBF29CE484222325; // FNV-1a
    for (const char byte : name)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
    net::MacAddress mac{{0xFE, 0xFF}};
    for (std::size_t i = 2; i < mac.bytes.size(); ++i)
        mac.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
    return mac;
}

// Without this the host would take an IPv6 address of the LAN on the link from the router's
// advertisements, a second way into the same segment.
SetSysctl without_ipv6(const std::string& link, const model::Host& host)
{
    const std::string before = std::string(host.netns.sysctl("net.ipv6.conf.default.disable_ipv6"));
    return {
        .name = interface_sysctl("ipv6", link, "disable_ipv6"), .value = "1", .previous = before};
}

bool has_ipv6(const model::Host& host)
{
    return !host.netns.sysctl("net.ipv6.conf.default.disable_ipv6").empty();
}

// With rp_filter off the host would answer ARP for its LAN address here too, and containers would
// send it frames that enter on the wrong bridge (net/ipv4/arp.c, arp_ignore(): 8 answers for no
// address).
SetSysctl without_arp(const std::string& link)
{
    return {.name = interface_sysctl("ipv4", link, "arp_ignore"), .value = "8", .previous = "0"};
}

std::vector<Change> cable(const model::Lan& lan, const model::Host& host)
{
    const std::string outer = uplink_end(lan);
    const std::string inner = container_end(lan);
    std::vector<Change> changes = {CreateVeth{.name = outer,
                                              .peer = inner,
                                              .mac = uplink_end_mac(outer),
                                              .mtu = uplink_mtu(lan, host),
                                              .alias = link_alias(lan)}};
    if (has_ipv6(host)) {
        changes.emplace_back(without_ipv6(outer, host));
        changes.emplace_back(without_ipv6(inner, host));
    }
    // Of a bridge's ports the IP stack sees nothing; as macvlan's parent the inner end has one of
    // its own.
    if (lan.attach == AttachMode::macvlan)
        changes.emplace_back(without_arp(inner));
    changes.emplace_back(SetMaster{.link = outer, .master = lan.uplink.bridge});
    return changes;
}

Change second_bridge_change(const model::Lan& lan, const model::Host& host)
{
    const std::string name = second_bridge(lan);
    const model::Link* there = host.netns.find_link(name);
    if (there != nullptr && is_made_by_docker(*there, lan, host))
        return AdoptBridge{.name = name, .alias = link_alias(lan)};
    return CreateBridge{
        .name = name, .mac = {}, .mtu = uplink_mtu(lan, host), .alias = link_alias(lan)};
}

std::map<std::string, net::IpAddress>
reserved_addresses(const model::Lan& lan, const model::LanSubnet& wanted, const Request& request)
{
    std::map<std::string, net::IpAddress> reserved;
    const auto reserve = [&](std::string_view why, const net::IpAddress& address) {
        if (wanted.subnet.contains(address) && wanted.gateway != address)
            reserved.emplace(fmt::format("{}-{}", why, address.to_string()), address);
    };
    for (const net::IpAddress& address : outside_pool(wanted))
        reserve("outside-pool", address);
    if (const model::Link* uplink = request.host.netns.find_link(lan.uplink.bridge)) {
        for (const model::Address& address : request.host.netns.addresses) {
            if (address.link == uplink->index)
                reserve("host", address.local.address);
        }
    }
    for (const net::IpAddress& address : request.survey.in_use)
        reserve("in-use", address);
    return reserved;
}

model::DockerSubnet
docker_subnet(const model::Lan& lan, const model::LanSubnet& wanted, const Request& request)
{
    model::DockerSubnet subnet{.subnet = wanted.subnet,
                               .gateway = wanted.gateway,
                               .range = {},
                               .reserved = reserved_addresses(lan, wanted, request)};
    if (wanted.pool)
        subnet.range = wanted.pool->enclosing_prefix();
    return subnet;
}

// Links that are there already follow the uplink; the bridge last, because it cannot have more than
// its ports.
std::vector<Change> mtu_changes(const model::Lan& lan, const model::Host& host)
{
    std::vector<Change> changes;
    for (const std::string& name : {uplink_end(lan), container_end(lan), second_bridge(lan)}) {
        if (const model::Link* link = host.netns.find_link(name))
            changes.emplace_back(
                SetMtu{.link = name, .mtu = uplink_mtu(lan, host), .previous = link->mtu});
    }
    return changes;
}

} // namespace

bool is_made_by_docker(const model::Link& link, const model::Lan& lan, const model::Host& host)
{
    const model::DockerNetwork* network =
        host.docker ? host.docker->find_network(lan.name) : nullptr;
    if (network == nullptr || !is_own_network(*network, lan) || link.kind != "bridge" ||
        !link.alias.empty())
        return false;
    // With a cable that is not onlan's it is the distribution's.
    const model::Link* end = host.netns.find_link(container_end(lan));
    if (end != nullptr && end->alias != link_alias(lan))
        return false;
    const auto bridge = network->options.find("com.docker.network.bridge.name");
    return bridge != network->options.end() && bridge->second == link.name;
}

std::uint32_t uplink_mtu(const model::Lan& lan, const model::Host& host)
{
    const model::Link* bridge = host.netns.find_link(lan.uplink.bridge);
    return bridge != nullptr ? bridge->mtu : smallest_mtu(lan.uplink.ports, host);
}

std::string network_mtu(const model::Lan& lan, const model::Host& host)
{
    const model::DockerNetwork* network =
        host.docker ? host.docker->find_network(lan.name) : nullptr;
    if (network != nullptr && !network->endpoints.empty()) {
        const auto given = network->options.find(std::string(kMtuOption));
        if (given != network->options.end())
            return given->second;
    }
    return std::to_string(uplink_mtu(lan, host));
}

std::vector<net::IpAddress> outside_pool(const model::LanSubnet& subnet)
{
    if (!subnet.pool)
        return {};
    const net::Prefix block = subnet.pool->enclosing_prefix();
    std::vector<net::IpAddress> outside;
    const auto is_enough = [&] { return outside.size() > kMostReserved; };
    for (auto below = block.first(); below != subnet.pool->first && !is_enough();
         below = below.next())
        outside.push_back(below);
    for (auto above = subnet.pool->last; above != block.last() && !is_enough();) {
        above = above.next();
        outside.push_back(above);
    }
    return outside;
}

model::DockerNetwork docker_network(const model::Lan& lan, const Request& request)
{
    model::DockerNetwork network{
        .name = lan.name,
        .driver = lan.attach == AttachMode::macvlan ? "macvlan" : "bridge",
        .ipv6 = lan.ipv6.has_value(),
        .subnets = {docker_subnet(lan, lan.ipv4, request)},
        .options = {{std::string(kMtuOption), network_mtu(lan, request.host)}},
        .labels = {{std::string(kDockerLabel), lan.name}},
    };
    if (lan.ipv6)
        network.subnets.push_back(docker_subnet(lan, *lan.ipv6, request));
    if (lan.attach == AttachMode::macvlan) {
        network.options.insert({{"parent", container_end(lan)}, {"macvlan_mode", "bridge"}});
        return network;
    }
    // The article's network: Docker's bridge driver on a bridge that gets no address, no
    // translation and no port rules.
    network.options.insert({{"com.docker.network.bridge.name", second_bridge(lan)},
                            {"com.docker.network.bridge.inhibit_ipv4", "true"},
                            {"com.docker.network.bridge.enable_ip_masquerade", "false"},
                            {"com.docker.network.bridge.enable_icc", "true"},
                            {"com.docker.network.bridge.gateway_mode_ipv4", "routed"}});
    return network;
}

std::vector<Change> lan_changes(const model::Lan& lan, const Request& request)
{
    const model::Host& host = request.host;
    const bool second = lan.attach == AttachMode::docker_bridge;
    std::vector<Change> changes;
    if (second) {
        changes.push_back(second_bridge_change(lan, host));
        if (has_ipv6(host))
            changes.emplace_back(without_ipv6(second_bridge(lan), host));
        changes.emplace_back(without_arp(second_bridge(lan)));
    }
    for (Change& change : cable(lan, host))
        changes.push_back(std::move(change));
    if (second)
        changes.emplace_back(SetMaster{.link = container_end(lan), .master = second_bridge(lan)});

    for (Change& change : mtu_changes(lan, host))
        changes.push_back(std::move(change));

    for (Guard& guard : guards(lan, host, request.stage)) {
        if (guard.change)
            changes.push_back(std::move(*guard.change));
    }

    if (second)
        changes.emplace_back(SetUp{second_bridge(lan)});
    changes.emplace_back(SetUp{container_end(lan)});
    changes.emplace_back(SetUp{uplink_end(lan)});
    if (request.stage == Stage::complete)
        changes.emplace_back(CreateDockerNetwork{docker_network(lan, request)});
    return changes;
}

} // namespace onlan::plan
