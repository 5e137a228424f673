#include "plan/attach/mtu.hpp"

#include "plan/uplink/mtu.hpp"

namespace onlan::plan {

std::vector<Change>
mtu_changes(const model::Lan& lan, const std::vector<std::string>& links, const model::Host& host)
{
    std::vector<Change> changes;
    for (const std::string& name : links) {
        if (const model::Link* link = host.netns.find_link(name))
            changes.emplace_back(
                SetMtu{.link = name, .mtu = uplink_mtu(lan.uplink, host), .previous = link->mtu});
    }
    return changes;
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
    return std::to_string(uplink_mtu(lan.uplink, host));
}

void check_mtu(const model::Lan& lan, const model::Host& host, Findings& findings)
{
    const std::string given = network_mtu(lan, host);
    const std::string wanted = std::to_string(uplink_mtu(lan.uplink, host));
    if (given != wanted)
        add(findings.unmended,
            "lan {}: containers still have an MTU of {}, but {} has {}; Docker sets it only when a "
            "network is created: stop them and run 'onlan up' again",
            lan.name, given, lan.uplink.bridge, wanted);
}

} // namespace onlan::plan
