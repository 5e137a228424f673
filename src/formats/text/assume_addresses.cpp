#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/text/assume.hpp"
#include "formats/text/docker.hpp"

namespace onlan::formats::text {
namespace {

bool has_network(const model::DockerEngine& docker, const std::string& container)
{
    return std::ranges::any_of(docker.networks, [&](const model::DockerNetwork& network) {
        return std::ranges::find(network.endpoints, container, &model::DockerEndpoint::container) !=
               network.endpoints.end();
    });
}

// Of a container that `docker ps` lists nobody says on which network it is: most are on Docker's
// own. One whose network is the host's has none.
void assume_networks(Paste& paste)
{
    for (const model::DockerContainer& container : paste.docker.containers) {
        const auto mode = paste.modes.find(container.name);
        const std::string told = mode == paste.modes.end() ? std::string{} : mode->second;
        const bool others = told == "host" || told == "none" || told.starts_with("container:") ||
                            told.starts_with("service:");
        if (others || !container.running || has_network(paste.docker, container.name))
            continue;
        const std::string name = told.empty() || told == "default" ? "bridge" : told;
        model::DockerNetwork& network = network_of(paste.docker, name, {});
        if (network.driver.empty())
            network.driver = "bridge";
        add_endpoint(network, {.container = container.name,
                               .container_id = container.id,
                               .ipv4 = {},
                               .ipv6 = {},
                               .mac = {}});
    }
}

bool is_claimed(const model::DockerEngine& docker, const std::string& bridge)
{
    return std::ranges::any_of(docker.networks, [&](const model::DockerNetwork& network) {
        return network.driver == "bridge" && bridge_of(network) == bridge;
    });
}

// A network of a compose file has no id, and its bridge is called by that: one that no other
// network has is its own.
void find_bridge(const model::DockerEngine& docker, const Part& host, model::DockerNetwork& network)
{
    if (network.driver != "bridge" || host.netns.find_link(bridge_of(network)) != nullptr)
        return;
    for (const model::Link& link : host.netns.links) {
        if (link.name.starts_with("br-") && !is_claimed(docker, link.name)) {
            network.options["com.docker.network.bridge.name"] = link.name;
            return;
        }
    }
}

// The subnet of the bridge, or of the device that a macvlan stands on; or one as Docker picks it.
void find_subnet(const Part& host, model::DockerNetwork& network, unsigned number)
{
    if (!network.subnets.empty())
        return;
    const auto parent = network.options.find("parent");
    const model::Link* device = host.netns.find_link(
        network.driver == "bridge" || parent == network.options.end() ? bridge_of(network)
                                                                      : parent->second);
    for (const model::Address& address : host.netns.addresses) {
        if (device != nullptr && address.link == device->index &&
            address.local.address.family() == net::Family::ipv4) {
            network.subnets.push_back({.subnet = address.local.subnet(),
                                       .gateway = network.driver == "bridge"
                                                      ? std::optional(address.local.address)
                                                      : std::nullopt,
                                       .range = {},
                                       .reserved = {}});
            return;
        }
    }
    const std::array<std::uint8_t, 4> first = {172, static_cast<std::uint8_t>(18 + number % 14), 0,
                                               0};
    const net::IpAddress base = net::IpAddress::from_bytes(first).value_or(net::IpAddress{});
    network.subnets.push_back({.subnet = net::Prefix::around(base, 16),
                               .gateway = base.next(),
                               .range = {},
                               .reserved = {}});
}

bool is_taken(const model::DockerNetwork& network, const Part& host, const net::IpAddress& address)
{
    return host.netns.has_address(address) || network.subnets.front().gateway == address ||
           std::ranges::any_of(network.endpoints, [&](const model::DockerEndpoint& endpoint) {
               return endpoint.ipv4 && endpoint.ipv4->address == address;
           });
}

void give_address(Paste& paste, model::DockerNetwork& network, model::DockerEndpoint& endpoint)
{
    Part& host = paste.parts["host"];
    const net::Prefix& subnet = network.subnets.front().subnet;
    net::IpAddress address = subnet.first().next();
    while (is_taken(network, host, address) && subnet.contains(address))
        address = address.next();
    endpoint.ipv4 = net::InterfaceAddress{.address = address, .length = subnet.length()};
    Part& part = paste.parts["container:" + endpoint.container];
    if (!part.told.contains(Topic::addresses))
        part.netns.assumed.push_back(fmt::format(
            "{} has the address {} on the network {}: `docker inspect {}` would tell",
            endpoint.container, endpoint.ipv4->to_string(), network.name, endpoint.container));
}

// One that was pasted from inside the container is the container's.
bool take_told_address(const Part& part,
                       const model::DockerNetwork& network,
                       model::DockerEndpoint& endpoint)
{
    for (const model::Address& address : part.netns.addresses) {
        const bool fits =
            std::ranges::any_of(network.subnets, [&](const model::DockerSubnet& subnet) {
                return subnet.subnet.contains(address.local.address);
            });
        if (fits && address.local.address.family() == net::Family::ipv4)
            endpoint.ipv4 = address.local;
    }
    return endpoint.ipv4.has_value();
}

} // namespace

void assume_addresses(Paste& paste)
{
    if (!paste.docker_told)
        return;
    assume_networks(paste);
    unsigned number = 0;
    for (model::DockerNetwork& network : paste.docker.networks) {
        const Part& host = paste.parts["host"];
        const bool needs = std::ranges::any_of(network.endpoints, [](const auto& endpoint) {
            return !endpoint.ipv4 && !endpoint.ipv6;
        });
        if (!needs)
            continue;
        find_bridge(paste.docker, host, network);
        find_subnet(host, network, number++);
        for (model::DockerEndpoint& endpoint : network.endpoints) {
            const Part& part = paste.parts["container:" + endpoint.container];
            if (!endpoint.ipv4 && !endpoint.ipv6 && !take_told_address(part, network, endpoint))
                give_address(paste, network, endpoint);
        }
    }
}

} // namespace onlan::formats::text
