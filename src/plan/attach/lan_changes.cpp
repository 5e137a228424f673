#include "plan/attach/lan_changes.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

#include "plan/attach/attachment.hpp"
#include "plan/attach/docker_subnet.hpp"
#include "plan/attach/mtu.hpp"
#include "plan/names.hpp"

namespace onlan::plan {
namespace {

// The LAN's network as Docker is asked to make it.
model::DockerNetwork docker_network(const model::Lan& lan, const Request& request)
{
    NetworkDriver driver = attachment(lan.attach).driver(lan);
    driver.options.emplace(kMtuOption, network_mtu(lan, request.host));
    model::DockerNetwork network{
        .name = lan.name,
        .driver = std::move(driver.name),
        .ipv6 = lan.ipv6.has_value(),
        .subnets = {docker_subnet(lan, lan.ipv4, request)},
        .options = std::move(driver.options),
        .labels = {{std::string(kDockerLabel), lan.name}},
    };
    if (lan.ipv6)
        network.subnets.push_back(docker_subnet(lan, *lan.ipv6, request));
    return network;
}

} // namespace

std::vector<Change> lan_changes(const model::Lan& lan, const Request& request)
{
    const model::Host& host = request.host;
    const Attachment& mode = attachment(lan.attach);
    const std::vector<std::string> links = mode.links(lan);

    std::vector<Change> changes = mode.make_links(lan, host);
    std::ranges::move(mtu_changes(lan, links, host), std::back_inserter(changes));
    for (Guard& guard : mode.guards(lan, host, request.stage)) {
        if (guard.change)
            changes.push_back(std::move(*guard.change));
    }
    for (const std::string& link : links | std::views::reverse)
        changes.emplace_back(SetUp{link});
    if (request.stage == Stage::complete)
        changes.emplace_back(CreateDockerNetwork{docker_network(lan, request)});
    return changes;
}

} // namespace onlan::plan
