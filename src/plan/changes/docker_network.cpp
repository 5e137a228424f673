#include "plan/changes/docker_network.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

// A dockerd that starts before the LAN's links are there makes the network's bridge itself, and
// does not take it for its own later. It has no mark and nothing in it; one that the distribution
// made has the cable.
bool is_left_behind(const model::Netns& netns, const model::Link* bridge)
{
    return bridge != nullptr && bridge->kind == "bridge" && bridge->alias.empty() &&
           std::ranges::find(netns.links, bridge->index, &model::Link::master) == netns.links.end();
}

bool is_own(const model::DockerNetwork& there, const model::DockerNetwork& network)
{
    return there.name == network.name && there.labels == network.labels;
}

} // namespace

std::string CreateDockerNetwork::describe() const
{
    return fmt::format("create Docker network {} (driver {}, subnet {})", network.name,
                       network.driver,
                       network.subnets.empty() ? "-" : network.subnets.front().subnet.to_string());
}

Result<Commands> CreateDockerNetwork::commands() const
{
    Argv words = {"docker", "network", "create", "--driver", network.driver};
    if (network.ipv6)
        words.emplace_back("--ipv6");
    for (const model::DockerSubnet& subnet : network.subnets) {
        append(words, {"--subnet", subnet.subnet.to_string()});
        if (subnet.gateway)
            append(words, {"--gateway", subnet.gateway->to_string()});
        if (subnet.range)
            append(words, {"--ip-range", subnet.range->to_string()});
        for (const auto& [name, address] : subnet.reserved)
            append(words, {"--aux-address", fmt::format("{}={}", name, address.to_string())});
    }
    for (const auto& [name, value] : network.options)
        append(words, {"--opt", fmt::format("{}={}", name, value)});
    for (const auto& [name, value] : network.labels)
        append(words, {"--label", fmt::format("{}={}", name, value)});
    words.push_back(network.name);
    return Commands{shell_line(words)};
}

bool CreateDockerNetwork::holds(const model::Host& host) const
{
    const auto* there = host.docker ? host.docker->find_network(network.name) : nullptr;
    return there != nullptr && CreateDockerNetwork{.network = *there}.essence() == essence();
}

void CreateDockerNetwork::effect(const Place& at) const
{
    auto& docker = at.snapshot.docker;
    if (docker && docker->find_network(network.name) == nullptr)
        docker->networks.push_back(network);
}

RemoveDockerNetwork CreateDockerNetwork::inverse() const
{
    return {.network = network};
}

// Which addresses of a pool were in use when it was made was only a choice of that time.
CreateDockerNetwork CreateDockerNetwork::essence() const
{
    CreateDockerNetwork essence{.network = {.name = network.name,
                                            .driver = network.driver,
                                            .ipv6 = network.ipv6,
                                            .subnets = network.subnets,
                                            .options = network.options,
                                            .labels = network.labels}};
    for (model::DockerSubnet& subnet : essence.network.subnets)
        subnet.reserved.clear();
    return essence;
}

std::string RemoveDockerNetwork::describe() const
{
    return "remove Docker network " + network.name;
}

Result<Commands> RemoveDockerNetwork::commands() const
{
    return Commands{shell_line({"docker", "network", "rm", network.name})};
}

bool RemoveDockerNetwork::holds(const model::Host& host) const
{
    const auto* there = host.docker ? host.docker->find_network(network.name) : nullptr;
    return there == nullptr || !is_own(*there, network);
}

void RemoveDockerNetwork::effect(const Place& at) const
{
    if (at.snapshot.docker)
        std::erase_if(at.snapshot.docker->networks,
                      [&](const auto& there) { return is_own(there, network); });
    const auto bridge = network.options.find("com.docker.network.bridge.name");
    if (bridge != network.options.end() &&
        is_left_behind(at.netns, at.netns.find_link(bridge->second)))
        delete_link(at, bridge->second);
}

CreateDockerNetwork RemoveDockerNetwork::inverse() const
{
    return {.network = network};
}

} // namespace onlan::plan
