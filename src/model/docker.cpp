#include "model/docker.hpp"

#include <algorithm>

namespace onlan::model {

const DockerNetwork* DockerEngine::find_network(std::string_view name) const
{
    const auto found = std::ranges::find(networks, name, &DockerNetwork::name);
    return found == networks.end() ? nullptr : &*found;
}

} // namespace onlan::model
