#include "collect/docker.hpp"

#include <algorithm>

#include <netinet/in.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace onlan::collect {
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

// {"IP": "0.0.0.0", "PrivatePort": 5000, "PublicPort": 5000, "Type": "tcp"}
model::PublishedPort port_from(const json& listed)
{
    const std::string type = text(listed, "Type");
    return {.protocol = static_cast<std::uint8_t>(type == "udp"    ? IPPROTO_UDP
                                                  : type == "sctp" ? IPPROTO_SCTP
                                                                   : IPPROTO_TCP),
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

Result<model::DockerEngine> collect_docker(const io::DockerApi& docker)
{
    ONLAN_TRY(const json info, docker.get("/info"));
    ONLAN_TRY(const json networks, docker.get("/networks"));
    ONLAN_TRY(const json containers, docker.get("/containers/json?all=1"));
    return docker_engine_from_json(info, networks, containers);
}

Result<> collect_container_pids(const io::DockerApi& docker, model::DockerEngine& engine)
{
    for (model::DockerContainer& container : engine.containers) {
        if (!container.running)
            continue;
        const auto inspected = docker.get(fmt::format("/containers/{}/json", container.id));
        if (!inspected && inspected.error().code == Failed::not_found)
            continue; // it has ended since it was listed
        if (!inspected)
            return Failure{inspected.error()};
        try {
            container.pid =
                member(member(*inspected, "State", json::object()), "Pid", 0).get<int>();
        } catch (const json::exception& error) {
            return unexpected(error);
        }
    }
    return {};
}

} // namespace onlan::collect
