#include "plan/in_use.hpp"

#include <iterator>
#include <set>

#include <fmt/format.h>

namespace onlan::plan {
namespace {

std::vector<std::string> networks_in_use(const Plan& plan, const model::DockerEngine& docker)
{
    std::vector<std::string> in_use;
    for (const Step& step : plan.steps) {
        const auto* made = std::get_if<CreateDockerNetwork>(&step.change);
        const auto* network = made != nullptr ? docker.find_network(made->network.name) : nullptr;
        if (step.direction == Direction::make || network == nullptr || network->endpoints.empty())
            continue;
        in_use.push_back(fmt::format(
            "lan {}: its Docker network has to be removed, and running containers use it: {}; stop "
            "them, or disconnect them (docker network disconnect {} NAME)",
            step.owner, fmt::join(network->container_names(), ", "), network->name));
    }
    return in_use;
}

std::vector<std::string> bridges_in_use(const Plan& plan, const model::Host& host)
{
    std::set<std::string> leaving;
    for (const Step& step : plan.steps) {
        if (const auto* port = std::get_if<SetMaster>(&step.change))
            leaving.insert(port->link);
        else if (const auto* cable = std::get_if<CreateVeth>(&step.change))
            leaving.insert({cable->name, cable->peer});
    }
    std::vector<std::string> sentences;
    for (const Step& step : plan.steps) {
        const auto* made = std::get_if<CreateBridge>(&step.change);
        const model::Link* bridge = made != nullptr ? host.find_link(made->name) : nullptr;
        if (bridge == nullptr || step.direction == Direction::make)
            continue;
        std::vector<std::string> others;
        for (const model::Link& link : host.links) {
            if (link.master == bridge->index && !leaving.contains(link.name))
                others.push_back(link.name);
        }
        if (!others.empty())
            sentences.push_back(fmt::format(
                "the bridge {} has to be deleted, and it has ports that are not onlan's: {}; stop "
                "what uses them, or take them out first (ip link set {} nomaster)",
                bridge->name, fmt::join(others, ", "), others.front()));
    }
    return sentences;
}

} // namespace

std::vector<std::string> in_use(const Plan& plan, const model::Host& host)
{
    std::vector<std::string> sentences = bridges_in_use(plan, host);
    if (host.docker)
        std::ranges::move(networks_in_use(plan, *host.docker), std::back_inserter(sentences));
    return sentences;
}

Result<> check_unused(const Plan& plan, const model::Host& host)
{
    const auto sentences = in_use(plan, host);
    if (sentences.empty())
        return {};
    return fail(Failed::conflict, fmt::format("{}", fmt::join(sentences, "\n")));
}

} // namespace onlan::plan
