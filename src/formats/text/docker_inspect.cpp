// `docker inspect` of containers and networks: JSON, as the Engine API has it.

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/json_document.hpp"
#include "formats/docker_json.hpp"
#include "formats/text/docker.hpp"
#include "formats/text/form.hpp"
#include "formats/text/json_forms.hpp"

namespace onlan::formats::text {
namespace {

Result<> read_container(const nlohmann::json& object, Paste& paste)
{
    ONLAN_TRY(InspectedContainer found, docker_container_from_json(object));
    model::DockerContainer& container =
        container_of(paste.docker, found.container.name, found.container.id);
    container.running = found.container.running;
    container.pid = found.container.pid;
    for (const model::PublishedPort& port : found.container.ports)
        add_port(container, port);
    paste.modes[container.name] = found.network_mode;
    for (InspectedContainer::Attachment& attached : found.attached) {
        model::DockerNetwork& network =
            network_of(paste.docker, attached.network, attached.network_id);
        if (!attached.endpoint.ipv4 && !attached.endpoint.ipv6)
            continue; // it does not run
        if (network.subnets.empty() && attached.endpoint.ipv4)
            network.subnets.push_back({.subnet = attached.endpoint.ipv4->subnet(),
                                       .gateway = attached.gateway,
                                       .range = {},
                                       .reserved = {}});
        add_endpoint(network, std::move(attached.endpoint));
    }
    return {};
}

Result<> read_network(const nlohmann::json& object, Paste& paste)
{
    ONLAN_TRY(model::DockerNetwork found, docker_network_with_endpoints(object));
    model::DockerNetwork& network = network_of(paste.docker, found.name, found.id);
    for (model::DockerEndpoint& known : network.endpoints)
        add_endpoint(found, std::move(known));
    for (const model::DockerEndpoint& endpoint : found.endpoints)
        container_of(paste.docker, endpoint.container, endpoint.container_id).running = true;
    network = std::move(found);
    return {};
}

} // namespace

bool is_docker_object(const nlohmann::json& object)
{
    return object.is_object() && (object.contains("IPAM") || object.contains("NetworkSettings"));
}

Result<> read_docker_object(const nlohmann::json& object, Paste& paste)
{
    paste.docker_told = true;
    return object.contains("IPAM") ? read_network(object, paste) : read_container(object, paste);
}

} // namespace onlan::formats::text
