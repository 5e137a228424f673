#include "plan/in_use.hpp"

#include <iterator>
#include <set>

#include <fmt/format.h>

namespace onlan::plan {
namespace {

// The Docker networks that the plan removes, as Docker has them.
std::vector<const model::DockerNetwork*> leaving_networks(const Plan& plan, const model::Host& host)
{
    std::vector<const model::DockerNetwork*> leaving;
    for (const PlannedStep& step : plan.steps) {
        const auto* removed = std::get_if<RemoveDockerNetwork>(&step.change);
        if (!host.docker || removed == nullptr)
            continue;
        if (const auto* network = host.docker->find_network(removed->network.name))
            leaving.push_back(network);
    }
    return leaving;
}

std::vector<std::string> networks_in_use(const Plan& plan, const model::Host& host)
{
    std::vector<std::string> in_use;
    for (const model::DockerNetwork* network : leaving_networks(plan, host)) {
        if (!network->endpoints.empty())
            in_use.push_back(
                fmt::format("lan {0}: its Docker network has to be removed, but running containers "
                            "use it: {1}; "
                            "stop them, or disconnect them (docker network disconnect {0} NAME)",
                            network->name, fmt::join(network->container_names(), ", ")));
    }
    return in_use;
}

std::vector<std::string> bridges_in_use(const Plan& plan, const model::Host& host)
{
    std::set<std::string> leaving;
    for (const PlannedStep& step : plan.steps) {
        if (const auto* port = std::get_if<SetMaster>(&step.recorded()))
            leaving.insert(port->link);
        else if (const auto* cable = std::get_if<CreateVeth>(&step.recorded()))
            leaving.insert({cable->name, cable->peer});
    }
    std::vector<std::string> sentences;
    for (const PlannedStep& step : plan.steps) {
        const auto* made = std::get_if<CreateBridge>(&step.recorded());
        const model::Link* bridge = made != nullptr ? host.netns.find_link(made->name) : nullptr;
        if (bridge == nullptr || !step.undoes)
            continue;
        std::vector<std::string> others;
        for (const model::Link& link : host.netns.links) {
            if (link.master == bridge->index && !leaving.contains(link.name))
                others.push_back(link.name);
        }
        if (!others.empty())
            sentences.push_back(fmt::format(
                "the bridge {} has to be deleted, but it has ports that are not onlan's: {}; stop "
                "what uses them, or remove them from it first (ip link set {} nomaster)",
                bridge->name, fmt::join(others, ", "), others.front()));
    }
    return sentences;
}

// Of what others put on a bridge that goes (with_strays()): the journal knows no such route.
std::vector<std::string> encapsulating_routes(const Plan& plan)
{
    std::vector<std::string> sentences;
    for (const PlannedStep& step : plan.steps) {
        const auto* added = std::get_if<AddRoute>(&step.recorded());
        if (added != nullptr && added->route.encapsulated && step.undoes)
            sentences.push_back(fmt::format(
                "the route to {} on {} encapsulates its packets (ip route … encap …), and onlan "
                "cannot move such a route to another interface; remove it first",
                added->route.destination.to_string(), added->link));
    }
    return sentences;
}

} // namespace

std::vector<std::string> in_use(const Plan& plan, const model::Host& host)
{
    std::vector<std::string> sentences = bridges_in_use(plan, host);
    std::ranges::move(networks_in_use(plan, host), std::back_inserter(sentences));
    std::ranges::move(encapsulating_routes(plan), std::back_inserter(sentences));
    return sentences;
}

std::vector<std::string> left_behind(const Plan& plan, const model::Host& host)
{
    std::vector<std::string> sentences;
    for (const model::DockerNetwork* network : leaving_networks(plan, host)) {
        // Docker looks a container's network up by its number (daemon/container_operations.go,
        // findAndAttachNetwork()).
        if (!network->stopped.empty())
            sentences.push_back(fmt::format(
                "lan {}: stopped containers belong to its Docker network and cannot be started "
                "once it is removed, even if it is made again: {}; recreate them afterwards",
                network->name, fmt::join(network->stopped, ", ")));
    }
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
