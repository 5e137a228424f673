#include "apply/docker_networks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace onlan::apply {
namespace {

using nlohmann::json;

// An empty value of the type `wanted` when the member is of another: Docker writes null for an
// empty map.
json member(const json& object, const char* name, json::value_t wanted)
{
    const auto found = object.find(name);
    return found != object.end() && found->type() == wanted ? *found : json(wanted);
}

// The network of that name as Docker has it; null when there is none. Docker also takes the start
// of an id for a name, and "fed" may be both.
Result<json> find_network(const io::DockerApi& docker, const std::string& name)
{
    auto found = docker.get("/networks/" + name);
    if (!found && found.error().code == Failed::not_found)
        return json(nullptr);
    if (found && (!found->is_object() || member(*found, "Name", json::value_t::string) != name))
        return json(nullptr);
    return found;
}

bool has_labels(const json& found, const model::DockerNetwork& network)
{
    return member(found, "Labels", json::value_t::object) == json(network.labels);
}

std::string containers_of(const json& found)
{
    std::string names;
    const json containers = member(found, "Containers", json::value_t::object);
    for (const auto& [id, container] : containers.items()) {
        const auto name = member(container, "Name", json::value_t::string).get<std::string>();
        names += (names.empty() ? "" : ", ") + (name.empty() ? id : name);
    }
    return names;
}

} // namespace

json create_request(const model::DockerNetwork& network)
{
    json configs = json::array();
    for (const model::DockerSubnet& subnet : network.subnets) {
        json config{{"Subnet", subnet.subnet.to_string()}};
        if (subnet.gateway)
            config["Gateway"] = subnet.gateway->to_string();
        if (subnet.range)
            config["IPRange"] = subnet.range->to_string();
        for (const auto& [name, address] : subnet.reserved)
            config["AuxiliaryAddresses"][name] = address.to_string();
        configs.push_back(std::move(config));
    }
    return {{"Name", network.name},
            {"Driver", network.driver},
            {"CheckDuplicate", true}, // engines before API 1.44 allow two of one name
            {"EnableIPv6", network.ipv6},
            {"Internal", network.internal},
            {"IPAM", {{"Driver", "default"}, {"Config", std::move(configs)}}},
            {"Options", network.options},
            {"Labels", network.labels}};
}

Result<> create_own_network(const io::DockerApi& docker, const model::DockerNetwork& network)
{
    ONLAN_TRY(const json found, find_network(docker, network.name));
    if (!found.is_null() && has_labels(found, network))
        return {};
    auto created = docker.post("/networks/create", create_request(network));
    if (!created)
        return Failure{std::move(created).error().within(
            fmt::format("create Docker network {}", network.name))};
    return {};
}

Result<> remove_own_network(const io::DockerApi& docker, const model::DockerNetwork& network)
{
    ONLAN_TRY(const json found, find_network(docker, network.name));
    if (found.is_null())
        return {};
    if (!has_labels(found, network))
        return fail(
            Failed::conflict,
            fmt::format("Docker network {} was left alone: it is no longer labelled as onlan's",
                        network.name));
    if (const std::string containers = containers_of(found); !containers.empty())
        return fail(Failed::conflict, fmt::format("remove Docker network {}: these containers use "
                                                  "it: {}; stop them, or disconnect them "
                                                  "(docker network disconnect {} NAME)",
                                                  network.name, containers, network.name));
    auto removed =
        docker.remove("/networks/" + member(found, "Id", json::value_t::string).get<std::string>());
    if (!removed)
        return Failure{std::move(removed).error().within(
            fmt::format("remove Docker network {}", network.name))};
    return {};
}

} // namespace onlan::apply
