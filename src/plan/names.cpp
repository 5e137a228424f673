#include "plan/names.hpp"

#include <fmt/format.h>

namespace onlan::plan {

std::string second_bridge(const model::Lan& lan)
{
    return fmt::format("{}{}", model::kSecondBridge, lan.name);
}

std::string uplink_end(const model::Lan& lan)
{
    return fmt::format("{}{}", model::kUplinkEnd, lan.name);
}

std::string container_end(const model::Lan& lan)
{
    return fmt::format("{}{}", model::kContainerEnd, lan.name);
}

std::string link_alias(const model::Lan& lan)
{
    return fmt::format("onlan:{}", lan.name);
}

bool is_own_network(const model::DockerNetwork& network, const model::Lan& lan)
{
    const auto label = network.labels.find(std::string(kDockerLabel));
    return label != network.labels.end() && label->second == lan.name;
}

} // namespace onlan::plan
