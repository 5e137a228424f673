#include "formats/docker_json.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/number.hpp"
#include "net/protocols.hpp"

namespace onlan::formats {
namespace {

using nlohmann::json;
using TextMap = std::map<std::string, std::string>;

// Docker writes null for an empty map or list.
json member(const json& object, const char* name, const json& otherwise)
{
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? otherwise : *found;
}

std::string text(const json& object, const char* name)
{
    return member(object, name, "").get<std::string>();
}

std::optional<net::IpAddress> address(const json& object, const char* name)
{
    const auto parsed = net::IpAddress::parse(text(object, name));
    return parsed ? std::optional(*parsed) : std::nullopt;
}

// Nothing for a subnet that is not set, as the networks `host` and `none` have it.
std::optional<model::DockerSubnet> subnet_from(const json& config)
{
    const auto block = net::Prefix::parse(text(config, "Subnet"));
    if (!block)
        return {};
    model::DockerSubnet subnet{
        .subnet = *block, .gateway = address(config, "Gateway"), .range = {}, .reserved = {}};
    if (const auto range = net::Prefix::parse(text(config, "IPRange")))
        subnet.range = *range;
    const json reserved_addresses = member(config, "AuxiliaryAddresses", json::object());
    for (const auto& [name, value] : reserved_addresses.items()) {
        if (const auto reserved = net::IpAddress::parse(value.get<std::string>()))
            subnet.reserved.emplace(name, *reserved);
    }
    return subnet;
}

std::optional<net::InterfaceAddress>
endpoint_address(const json& endpoint, const char* name, const char* length)
{
    const auto parsed = address(endpoint, name);
    const auto bits = member(endpoint, length, 0).get<unsigned>();
    if (!parsed || bits > net::address_bits(parsed->family()))
        return {};
    return net::InterfaceAddress{.address = *parsed, .length = bits};
}

model::DockerEndpoint endpoint_from(const json& settings, const model::DockerContainer& container)
{
    model::DockerEndpoint endpoint{
        .container = container.name,
        .container_id = container.id,
        .ipv4 = endpoint_address(settings, "IPAddress", "IPPrefixLen"),
        .ipv6 = endpoint_address(settings, "GlobalIPv6Address", "GlobalIPv6PrefixLen"),
        .mac = {}};
    if (const auto mac = net::MacAddress::parse(text(settings, "MacAddress")))
        endpoint.mac = *mac;
    return endpoint;
}

std::uint8_t protocol_named(std::string_view type)
{
    return type == "udp" ? net::kUdp : type == "sctp" ? net::kSctp : net::kTcp;
}

// {"IP": "0.0.0.0", "PrivatePort": 5000, "PublicPort": 5000, "Type": "tcp"}
model::PublishedPort port_from(const json& listed)
{
    const std::string type = text(listed, "Type");
    return {.protocol = protocol_named(type),
            .host_address = address(listed, "IP"),
            .host_port = member(listed, "PublicPort", 0).get<std::uint16_t>(),
            .container_port = member(listed, "PrivatePort", 0).get<std::uint16_t>()};
}

// A container that is paused keeps its interfaces and its addresses.
bool has_interfaces(std::string_view state)
{
    return state == "running" || state == "paused";
}

// GET /containers/json: with the containers come their endpoints.
void add_container(model::DockerEngine& engine, const json& listed)
{
    const json names = member(listed, "Names", json::array());
    model::DockerContainer container{.id = text(listed, "Id"),
                                     .running = has_interfaces(text(listed, "State"))};
    container.name = names.empty() ? container.id : names.front().get<std::string>();
    if (container.name.starts_with('/'))
        container.name.erase(0, 1);
    for (const json& port : member(listed, "Ports", json::array()))
        container.ports.push_back(port_from(port));
    const json attached =
        member(member(listed, "NetworkSettings", json::object()), "Networks", json::object());
    for (const auto& [name, settings] : attached.items()) {
        const auto network = std::ranges::find(engine.networks, text(settings, "NetworkID"),
                                               &model::DockerNetwork::id);
        if (network == engine.networks.end())
            continue;
        if (container.running)
            network->endpoints.push_back(endpoint_from(settings, container));
        else
            network->stopped.push_back(container.name);
    }
    engine.containers.push_back(std::move(container));
}

// "Containers" of a network: {ID: {"Name": "web", "IPv4Address": "172.18.0.2/16", …}}
model::DockerEndpoint endpoint_listed(const std::string& id, const json& listed)
{
    model::DockerEndpoint endpoint{
        .container = text(listed, "Name"), .container_id = id, .ipv4 = {}, .ipv6 = {}, .mac = {}};
    if (const auto ipv4 = net::InterfaceAddress::parse(text(listed, "IPv4Address")))
        endpoint.ipv4 = *ipv4;
    if (const auto ipv6 = net::InterfaceAddress::parse(text(listed, "IPv6Address")))
        endpoint.ipv6 = *ipv6;
    if (const auto mac = net::MacAddress::parse(text(listed, "MacAddress")))
        endpoint.mac = *mac;
    return endpoint;
}

// {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": null}
void add_ports(const json& ports, model::DockerContainer& container)
{
    for (const auto& [port, bindings] : ports.items()) {
        const std::size_t slash = std::min(port.find('/'), port.size());
        model::PublishedPort published{
            .protocol =
                protocol_named(std::string_view(port).substr(std::min(slash + 1, port.size()))),
            .host_address = {},
            .container_port = parse_number<std::uint16_t>(port.substr(0, slash)).value_or(0)};
        if (!bindings.is_array() || bindings.empty())
            container.ports.push_back(published);
        for (const json& binding : bindings) {
            published.host_address = address(binding, "HostIp");
            published.host_port =
                parse_number<std::uint16_t>(text(binding, "HostPort")).value_or(0);
            container.ports.push_back(published);
        }
    }
}

Failure unexpected(const json::exception& error)
{
    return fail(
        Failed::parse,
        fmt::format("Docker gave an answer that onlan does not understand: {}", error.what()));
}

} // namespace

Result<model::DockerNetwork> docker_network_from_json(const json& listed)
{
    try {
        model::DockerNetwork network{
            .id = text(listed, "Id"),
            .name = text(listed, "Name"),
            .driver = text(listed, "Driver"),
            .ipv6 = member(listed, "EnableIPv6", false).get<bool>(),
            .internal = member(listed, "Internal", false).get<bool>(),
            .subnets = {},
            .options = member(listed, "Options", json::object()).get<TextMap>(),
            .labels = member(listed, "Labels", json::object()).get<TextMap>(),
            .endpoints = {},
            .stopped = {}};
        for (const json& config :
             member(member(listed, "IPAM", json::object()), "Config", json::array())) {
            if (auto subnet = subnet_from(config))
                network.subnets.push_back(*std::move(subnet));
        }
        return network;
    } catch (const json::exception& error) {
        return unexpected(error);
    }
}

Result<model::DockerEngine>
docker_engine_from_json(const json& info, const json& networks, const json& containers)
{
    try {
        model::DockerEngine engine{.version = text(info, "ServerVersion")};
        engine.firewall_backend = text(member(info, "FirewallBackend", json::object()), "Driver");
        for (const json& listed : networks) {
            ONLAN_TRY(auto network, docker_network_from_json(listed));
            engine.networks.push_back(std::move(network));
        }
        for (const json& listed : containers)
            add_container(engine, listed);
        return engine;
    } catch (const json::exception& error) {
        return unexpected(error);
    }
}

Result<model::DockerNetwork> docker_network_with_endpoints(const json& inspected)
{
    ONLAN_TRY(model::DockerNetwork network, docker_network_from_json(inspected));
    try {
        const json on_it = member(inspected, "Containers", json::object());
        for (const auto& [id, endpoint] : on_it.items())
            network.endpoints.push_back(endpoint_listed(id, endpoint));
        return network;
    } catch (const json::exception& error) {
        return unexpected(error);
    }
}

Result<InspectedContainer> docker_container_from_json(const json& inspected)
{
    try {
        const json none = json::object();
        const json state = member(inspected, "State", none);
        InspectedContainer found;
        found.container = {.id = text(inspected, "Id"),
                           .name = text(inspected, "Name"),
                           .running = member(state, "Running", true).get<bool>(),
                           .pid = member(state, "Pid", 0).get<int>(),
                           .ports = {}};
        if (found.container.name.starts_with('/'))
            found.container.name.erase(0, 1);
        found.network_mode = text(member(inspected, "HostConfig", none), "NetworkMode");
        const json settings = member(inspected, "NetworkSettings", none);
        json ports = member(member(inspected, "Config", none), "ExposedPorts", none);
        ports.update(member(settings, "Ports", none));
        add_ports(ports, found.container);
        const json networks = member(settings, "Networks", none);
        for (const auto& [name, attached] : networks.items())
            found.attached.push_back({.network = name,
                                      .network_id = text(attached, "NetworkID"),
                                      .gateway = address(attached, "Gateway"),
                                      .endpoint = endpoint_from(attached, found.container)});
        return found;
    } catch (const json::exception& error) {
        return unexpected(error);
    }
}

} // namespace onlan::formats
