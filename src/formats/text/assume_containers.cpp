#include <algorithm>

#include <fmt/format.h>

#include "formats/text/assume.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

constexpr std::string_view kContainer = "container:";
constexpr std::string_view kProcess = "pid:";

std::string container_name(const model::DockerEngine& docker, std::string_view netns)
{
    const bool by_process = netns.starts_with(kProcess);
    if (!by_process && !netns.starts_with(kContainer))
        return {};
    const std::string_view who = netns.substr(by_process ? kProcess.size() : kContainer.size());
    for (const model::DockerContainer& container : docker.containers) {
        const bool is_it =
            by_process ? container.pid != 0 && parse_number<int>(who) == container.pid
                       : container.name == who || (who.size() > 3 && container.id.starts_with(who));
        if (is_it)
            return fmt::format("{}{}", kContainer, container.name);
    }
    return {};
}

// Docker gives a container without a MAC address of its own one of its IPv4 address, or did so
// before 28.0 (netutils.GenerateMACFromIP()).
net::MacAddress mac_of(const model::DockerEndpoint& endpoint)
{
    if (endpoint.mac)
        return *endpoint.mac;
    const net::IpAddress address =
        endpoint.ipv4 ? endpoint.ipv4->address
                      : (endpoint.ipv6 ? endpoint.ipv6->address : net::IpAddress{});
    const std::span<const std::uint8_t> bytes = address.bytes().last(4);
    return {{0x02, 0x42, bytes[0], bytes[1], bytes[2], bytes[3]}};
}

std::string option_of(const model::DockerNetwork& network, const std::string& name)
{
    const auto found = network.options.find(name);
    return found == network.options.end() ? std::string{} : found->second;
}

bool has_gateway_of(const model::DockerNetwork& network, const model::Address& address)
{
    return std::ranges::any_of(network.subnets, [&](const model::DockerSubnet& subnet) {
        return subnet.gateway == address.local.address;
    });
}

// The bridge that has the network's gateway, or else the one of the name that Docker gives it.
int host_bridge(Part& host, const model::DockerNetwork& network)
{
    const std::string name = bridge_of(network);
    if (const model::Link* known = host.netns.find_link(name))
        return known->index;
    const auto gateway = std::ranges::find_if(host.netns.addresses, [&](const auto& address) {
        return has_gateway_of(network, address);
    });
    if (gateway != host.netns.addresses.end())
        return gateway->link;
    const int index = host.device(name);
    model::Link& bridge = *host.find_device(name);
    bridge.kind = "bridge";
    bridge.bridge.emplace();
    for (const model::DockerSubnet& subnet : network.subnets) {
        if (subnet.gateway)
            host.netns.addresses.push_back(
                {.link = index,
                 .local = {.address = *subnet.gateway, .length = subnet.subnet.length()}});
    }
    return index;
}

class ContainerMaker {
public:
    ContainerMaker(Paste& paste, const model::DockerNetwork& network)
        : host_(paste.parts["host"]), network_(network), parts_(paste.parts)
    {}

    void make(const model::DockerEndpoint& endpoint)
    {
        Part& part = parts_[fmt::format("{}{}", kContainer, endpoint.container)];
        part.netns.name = fmt::format("{}{}", kContainer, endpoint.container);
        if (part.told.contains(Topic::devices) || (!endpoint.ipv4 && !endpoint.ipv6))
            return;
        const int device = add_device(part, endpoint);
        if (device == 0)
            return;
        give_addresses(part, device, endpoint);
        part.netns.assumed.push_back(words(part, device, endpoint));
    }

private:
    int add_device(Part& part, const model::DockerEndpoint& endpoint)
    {
        if (part.netns.links.empty())
            part.netns.links.push_back({.index = 1,
                                        .name = "lo",
                                        .mtu = 65536,
                                        .up = true,
                                        .carrier = true,
                                        .loopback = true});
        const std::string name = fmt::format("eth{}", part.netns.links.size() - 1);
        const int index = part.device(name);
        part.only_named.erase(name);
        model::Link& link = *part.find_device(name);
        link.mac = mac_of(endpoint);
        if (network_.driver == "macvlan" || network_.driver == "ipvlan")
            stand_on_parent(link);
        else if (network_.driver == "bridge" || network_.driver.empty())
            plug_into_bridge(link, endpoint);
        else
            return 0;
        return index;
    }

    void stand_on_parent(model::Link& link)
    {
        const std::string parent = option_of(network_, "parent");
        if (!parent.empty())
            link.peer = host_.device(parent);
        else
            link.peer = device_of_subnet();
        link.peer_netnsid = 0; // the host; join_namespaces() numbers it
        link.kind = network_.driver;
        const model::Link* lower = host_.netns.find_link(link.peer);
        parent_ = lower == nullptr ? "nothing" : lower->name;
        if (network_.driver == "ipvlan") {
            const std::string mode = option_of(network_, "ipvlan_mode");
            link.ipvlan_mode = mode == "l3"    ? model::IpvlanMode::l3
                               : mode == "l3s" ? model::IpvlanMode::l3s
                                               : model::IpvlanMode::l2;
            if (lower != nullptr)
                link.mac = lower->mac;
            return;
        }
        const std::string mode = option_of(network_, "macvlan_mode");
        link.macvlan_mode = mode == "private"    ? model::MacvlanMode::private_
                            : mode == "vepa"     ? model::MacvlanMode::vepa
                            : mode == "passthru" ? model::MacvlanMode::passthru
                                                 : model::MacvlanMode::bridge;
    }

    [[nodiscard]] int device_of_subnet() const
    {
        for (const model::Address& address : host_.netns.addresses) {
            for (const model::DockerSubnet& subnet : network_.subnets) {
                if (subnet.subnet.contains(address.local.address))
                    return address.link;
            }
        }
        return 0;
    }

    void plug_into_bridge(model::Link& link, const model::DockerEndpoint& endpoint)
    {
        link.kind = "veth";
        const int bridge = host_bridge(host_, network_);
        const int port = free_port(bridge, *link.mac);
        const int index = port != 0 ? port : new_port(bridge, endpoint.container);
        model::Link& outer = *std::ranges::find(host_.netns.links, index, &model::Link::index);
        link.peer = outer.index;
        link.peer_netnsid = 0;
        outer.peer = link.index;
        outer.peer_netnsid = 0;
        taken_.push_back(outer.index);
        parent_ = outer.name;
    }

    // The port behind which the bridge has seen the MAC address, or else any that no container has.
    [[nodiscard]] int free_port(int bridge, const net::MacAddress& mac) const
    {
        const auto is_free = [&](const model::Link& link) {
            return link.master == bridge && link.kind == "veth" &&
                   std::ranges::find(taken_, link.index) == taken_.end() && !is_told(link);
        };
        const auto seen = std::ranges::find(host_.netns.fdb, mac, &model::FdbEntry::mac);
        const auto by_mac = std::ranges::find_if(host_.netns.links, [&](const model::Link& link) {
            return seen != host_.netns.fdb.end() && seen->port == link.index && is_free(link);
        });
        if (by_mac != host_.netns.links.end())
            return by_mac->index;
        const auto any = std::ranges::find_if(host_.netns.links, is_free);
        return any == host_.netns.links.end() ? 0 : any->index;
    }

    // Whether a container whose own devices were pasted has the other end.
    [[nodiscard]] bool is_told(const model::Link& outer) const
    {
        return std::ranges::any_of(parts_, [&](const auto& one) {
            const auto& [name, part] = one;
            const model::Link* inner = part.netns.find_link(outer.peer);
            return name != "host" && part.told.contains(Topic::devices) && inner != nullptr &&
                   inner->peer == outer.index;
        });
    }

    int new_port(int bridge, const std::string& container)
    {
        const std::string name = fmt::format("veth-{}", container);
        const int index = host_.device(name);
        host_.only_named.erase(name);
        model::Link& link = *host_.find_device(name);
        link.kind = "veth";
        link.mac = net::MacAddress{{0x02, 0x76, 0, 0, static_cast<std::uint8_t>(index >> 8U),
                                    static_cast<std::uint8_t>(index)}};
        link.master = bridge;
        link.master_kind = "bridge";
        link.port = model::BridgePort{.state = model::PortState::forwarding};
        return index;
    }

    void give_addresses(Part& part, int device, const model::DockerEndpoint& endpoint)
    {
        for (const auto& address : {endpoint.ipv4, endpoint.ipv6}) {
            if (address)
                part.netns.addresses.push_back({.link = device, .local = *address});
        }
        for (const model::DockerSubnet& subnet : network_.subnets) {
            const net::Family family = subnet.subnet.family();
            const bool has_default =
                std::ranges::any_of(part.netns.routes, [&](const model::Route& route) {
                    return route.destination.family() == family && route.destination.length() == 0;
                });
            if (network_.internal || has_default || !subnet.gateway)
                continue;
            part.netns.routes.push_back(
                {.destination = net::Prefix::around(net::IpAddress::any(family), 0),
                 .protocol = model::kProtocolBoot,
                 .gateway = subnet.gateway,
                 .link = device});
        }
    }

    [[nodiscard]] std::string
    words(const Part& part, int device, const model::DockerEndpoint& endpoint) const
    {
        const auto& address = endpoint.ipv4 ? endpoint.ipv4 : endpoint.ipv6;
        return fmt::format(
            "{} is as Docker makes it: {} ({}) {} {}, its default route and no rules "
            "of its own: `docker exec {} ip addr` would tell",
            endpoint.container, part.netns.find_link(device)->name, address->to_string(),
            network_.driver == "macvlan" || network_.driver == "ipvlan" ? network_.driver + " on"
                                                                        : "behind",
            parent_, endpoint.container);
    }

    Part& host_;
    const model::DockerNetwork& network_;
    std::map<std::string, Part>& parts_;
    std::vector<int> taken_;
    std::string parent_;
};

} // namespace

std::string bridge_of(const model::DockerNetwork& network)
{
    constexpr std::size_t kShortId = 12;
    std::string named = option_of(network, "com.docker.network.bridge.name");
    if (!named.empty())
        return named;
    if (network.name == "bridge")
        return "docker0";
    return "br-" + (network.id.empty() ? network.name : network.id).substr(0, kShortId);
}

void settle_names(Paste& paste)
{
    std::vector<std::pair<std::string, std::string>> renamed;
    for (const auto& [name, part] : paste.parts) {
        const std::string container = container_name(paste.docker, name);
        if (!container.empty() && container != name)
            renamed.emplace_back(name, container);
    }
    for (const auto& [from, to] : renamed) {
        auto node = paste.parts.extract(from);
        if (paste.parts.contains(to))
            continue;
        node.key() = to;
        node.mapped().netns.name = to;
        paste.parts.insert(std::move(node));
    }
}

void assume_containers(Paste& paste)
{
    for (const model::DockerNetwork& network : paste.docker.networks) {
        ContainerMaker maker(paste, network);
        for (const model::DockerEndpoint& endpoint : network.endpoints)
            maker.make(endpoint);
    }
}

} // namespace onlan::formats::text
