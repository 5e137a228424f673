#include <algorithm>
#include <iterator>

#include "plan/attach/bare_link.hpp"
#include "plan/attach/cable.hpp"
#include "plan/attach/free_name.hpp"
#include "plan/attach/modes.hpp"
#include "plan/names.hpp"
#include "plan/uplink/mtu.hpp"

namespace onlan::plan {
namespace {

// A second bridge that dockerd made when it found the network on its list and the bridge not there.
bool is_made_by_docker(const std::string& name, const model::Lan& lan, const model::Host& host)
{
    const model::Link* link = host.netns.find_link(name);
    const model::DockerNetwork* network =
        host.docker ? host.docker->find_network(lan.name) : nullptr;
    if (link == nullptr || link->kind != "bridge" || !link->alias.empty() || network == nullptr ||
        !is_own_network(*network, lan))
        return false;
    // With a cable that is not onlan's it is the distribution's.
    const model::Link* end = host.netns.find_link(container_end(lan));
    if (end != nullptr && end->alias != link_alias(lan))
        return false;
    const auto bridge = network->options.find("com.docker.network.bridge.name");
    return bridge != network->options.end() && bridge->second == name;
}

Change second_bridge_change(const model::Lan& lan, const model::Host& host)
{
    const std::string name = second_bridge(lan);
    if (is_made_by_docker(name, lan, host))
        return AdoptBridge{.name = name, .alias = link_alias(lan)};
    return CreateBridge{
        .name = name, .mac = {}, .mtu = uplink_mtu(lan.uplink, host), .alias = link_alias(lan)};
}

bool is_whole(const model::Lan& lan, const model::Host& host)
{
    return is_whole_cable(lan, host) && is_port_of(container_end(lan), second_bridge(lan), host);
}

// A container's interface is a port of a second bridge, which Docker's own driver uses; the cable
// joins that to the uplink bridge.
class DockerBridge : public Attachment {
public:
    [[nodiscard]] std::vector<std::string> links(const model::Lan& lan) const override
    {
        return {uplink_end(lan), container_end(lan), second_bridge(lan)};
    }

    [[nodiscard]] std::vector<Change> make_links(const model::Lan& lan,
                                                 const model::Host& host) const override
    {
        const std::string bridge = second_bridge(lan);
        std::vector<Change> changes = {second_bridge_change(lan, host)};
        std::ranges::move(without_ipv6(bridge, host), std::back_inserter(changes));
        changes.emplace_back(without_arp(bridge));
        std::ranges::move(cable(lan, host), std::back_inserter(changes));
        changes.emplace_back(SetMaster{.link = uplink_end(lan), .master = lan.uplink.bridge});
        changes.emplace_back(SetMaster{.link = container_end(lan), .master = bridge});
        return changes;
    }

    [[nodiscard]] std::vector<Guard>
    guards(const model::Lan& lan, const model::Host& host, Stage stage) const override
    {
        std::vector<Guard> guards = {notrack_guard(lan, host, second_bridge(lan), stage)};
        for (const std::string& bridge : {lan.uplink.bridge, second_bridge(lan)})
            std::ranges::move(bridged_guards(lan, host, bridge), std::back_inserter(guards));
        return guards;
    }

    // The article's network: the bridge gets no address, no translation and no port rules.
    [[nodiscard]] NetworkDriver driver(const model::Lan& lan) const override
    {
        return {.name = "bridge",
                .options = {{"com.docker.network.bridge.name", second_bridge(lan)},
                            {"com.docker.network.bridge.inhibit_ipv4", "true"},
                            {"com.docker.network.bridge.enable_ip_masquerade", "false"},
                            {"com.docker.network.bridge.enable_icc", "true"},
                            {"com.docker.network.bridge.gateway_mode_ipv4", "routed"}}};
    }

    void check(const model::Lan& lan, const model::Host& host, Findings& findings) const override
    {
        if (!is_whole(lan, host)) {
            for (const std::string& link : links(lan)) {
                if (!is_made_by_docker(link, lan, host))
                    check_name_is_free(lan, link, host, findings);
            }
        }
        if (lan.ipv6)
            add(findings.errors,
                "lan {}: subnet6 does not work with attach: docker-bridge: Docker's bridge driver "
                "would put the gateway's "
                "IPv6 address on the bridge, where it would duplicate the router's own; use "
                "attach: macvlan, or let "
                "containers configure themselves from the router's advertisements "
                "(docs/limitations.md)",
                lan.name);
    }

    // With the bridge go its ports, and only a restart gives a container a new one. Docker does not
    // tell which port belongs to which container, so it is all or none.
    [[nodiscard]] std::vector<std::string> cut_off(const model::Lan& lan,
                                                   const model::Host& host) const override
    {
        const model::Link* bridge = host.netns.find_link(second_bridge(lan));
        const model::DockerNetwork* network =
            host.docker ? host.docker->find_network(lan.name) : nullptr;
        if (bridge == nullptr || network == nullptr)
            return {};
        const auto ports = std::ranges::count_if(host.netns.links, [&](const model::Link& link) {
            return link.master == bridge->index && link.name != container_end(lan);
        });
        if (static_cast<std::size_t>(ports) >= network->endpoints.size())
            return {};
        return network->container_names();
    }
};

} // namespace

const Attachment& docker_bridge()
{
    static const DockerBridge mode;
    return mode;
}

} // namespace onlan::plan
