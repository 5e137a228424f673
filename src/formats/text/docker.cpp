#include "formats/text/docker.hpp"

#include <algorithm>

namespace onlan::formats::text {
namespace {

bool same_id(std::string_view one, std::string_view other)
{
    return !one.empty() && !other.empty() && (one.starts_with(other) || other.starts_with(one));
}

template <typename Object>
Object& named(std::vector<Object>& objects, std::string_view name, std::string_view id)
{
    auto found =
        std::ranges::find_if(objects, [&](const Object& one) { return same_id(one.id, id); });
    if (found == objects.end() && !name.empty())
        found = std::ranges::find_if(objects, [&](const Object& one) {
            return one.name == name && (id.empty() || one.id.empty());
        });
    if (found == objects.end()) {
        objects.emplace_back();
        found = std::prev(objects.end());
    }
    if (!name.empty())
        found->name = name;
    if (id.size() > found->id.size())
        found->id = id;
    return *found;
}

template <typename Value>
void fill(std::optional<Value>& known, const std::optional<Value>& told)
{
    if (told)
        known = told;
}

} // namespace

model::DockerNetwork&
network_of(model::DockerEngine& docker, std::string_view name, std::string_view id)
{
    return named(docker.networks, name, id);
}

model::DockerContainer&
container_of(model::DockerEngine& docker, std::string_view name, std::string_view id)
{
    return named(docker.containers, name, id);
}

void add_endpoint(model::DockerNetwork& network, model::DockerEndpoint endpoint)
{
    const auto known =
        std::ranges::find(network.endpoints, endpoint.container, &model::DockerEndpoint::container);
    if (known == network.endpoints.end()) {
        network.endpoints.push_back(std::move(endpoint));
        return;
    }
    fill(known->ipv4, endpoint.ipv4);
    fill(known->ipv6, endpoint.ipv6);
    fill(known->mac, endpoint.mac);
}

void add_port(model::DockerContainer& container, const model::PublishedPort& port)
{
    const bool known = std::ranges::any_of(container.ports, [&](const model::PublishedPort& one) {
        return one.protocol == port.protocol && one.container_port == port.container_port &&
               (one.host_port == port.host_port || port.host_port == 0);
    });
    if (!known)
        container.ports.push_back(port);
}

} // namespace onlan::formats::text
