#include "model/docker.hpp"

#include <algorithm>

namespace onlan::model {

std::vector<std::string> DockerNetwork::container_names() const
{
    std::vector<std::string> names;
    for (const DockerEndpoint& endpoint : endpoints)
        names.push_back(endpoint.container);
    return names;
}

const DockerNetwork* DockerEngine::find_network(std::string_view name) const
{
    const auto found = std::ranges::find(networks, name, &DockerNetwork::name);
    return found == networks.end() ? nullptr : &*found;
}

} // namespace onlan::model
