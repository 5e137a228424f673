#include "model/names.hpp"

#include <fmt/format.h>

namespace onlan::model {
namespace {

// Docker's bridge driver: the option, or "br-" and the first twelve digits of the network's id.
std::string bridge_of(const DockerNetwork& network)
{
    constexpr std::size_t kShortId = 12;
    const auto named = network.options.find("com.docker.network.bridge.name");
    return named != network.options.end() ? named->second : "br-" + network.id.substr(0, kShortId);
}

// The other end of a veth cable, where it is in another namespace of the snapshot.
const Netns* far_end(const Snapshot& snapshot, const Netns& netns, const Link& link)
{
    if (link.kind != "veth" || !link.peer_netnsid)
        return nullptr;
    const auto inode = netns.peers.find(*link.peer_netnsid);
    return inode == netns.peers.end() ? nullptr : snapshot.find_netns(inode->second);
}

} // namespace

Names::Names(const Snapshot& snapshot)
{
    if (snapshot.namespaces.empty())
        return;
    for (const Netns& netns : snapshot.namespaces) {
        for (const Address& address : netns.addresses)
            owners_.emplace(address.local.address, Names::netns(netns.name));
    }
    const Netns& host = snapshot.namespaces.front();
    for (const Link& link : host.links) {
        if (const Netns* far = far_end(snapshot, host, link))
            devices_[{host.name, link.name}] = "to " + Names::netns(far->name);
    }
    if (snapshot.docker) {
        for (const DockerNetwork& network : snapshot.docker->networks)
            add_network(network);
    }
}

void Names::add_network(const DockerNetwork& network)
{
    if (network.driver == "bridge")
        devices_[{"host", bridge_of(network)}] = "network " + network.name;
    for (const DockerEndpoint& endpoint : network.endpoints) {
        for (const auto& address : {endpoint.ipv4, endpoint.ipv6}) {
            if (address)
                owners_[address->address] =
                    fmt::format("{}, container on network {}", endpoint.container, network.name);
        }
    }
}

std::string Names::netns(std::string_view netns)
{
    constexpr std::string_view kContainer = "container:";
    return std::string(netns.starts_with(kContainer) ? netns.substr(kContainer.size()) : netns);
}

std::string Names::device(std::string_view netns, std::string_view device) const
{
    const auto found = devices_.find({std::string(netns), std::string(device)});
    return found == devices_.end() ? std::string(device)
                                   : fmt::format("{} ({})", device, found->second);
}

std::string Names::owner(const net::IpAddress& address) const
{
    const auto found = owners_.find(address);
    return found == owners_.end() ? std::string{} : found->second;
}

} // namespace onlan::model
