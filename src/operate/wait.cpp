#include "operate/wait.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "io/docker_api.hpp"
#include "kernel/link_arrival.hpp"

namespace onlan::operate {

using std::chrono::seconds;

std::set<std::string> links_below(const model::Intent& intent, const std::vector<std::string>& lans)
{
    std::set<std::string> links;
    for (const model::Lan& lan : intent.lans) {
        if (!lans.empty() && std::ranges::find(lans, lan.name) == lans.end())
            continue;
        if (lan.uplink.ports.empty())
            links.insert(lan.uplink.bridge);
        links.insert(lan.uplink.ports.begin(), lan.uplink.ports.end());
    }
    return links;
}

Result<> wait_for_links(const std::set<std::string>& links, seconds patience, Observer& observer)
{
    observer.note(
        fmt::format("waiting up to {} seconds for {}", patience.count(), fmt::join(links, ", ")));
    ONLAN_TRY(const auto missing, kernel::await_links(links, patience));
    if (missing.empty())
        return {};
    return fail(Failed::timeout,
                fmt::format("waited {} seconds for the uplink's links; still missing: {}",
                            patience.count(), fmt::join(missing, ", ")));
}

Result<> wait_for_docker(const Place& place, seconds patience, Observer& observer)
{
    ONLAN_TRY(const io::DockerApi docker, io::DockerApi::open(place.docker_host));
    observer.note(fmt::format("waiting up to {} seconds for Docker at {}", patience.count(),
                              place.docker_host));
    return docker.wait(patience);
}

} // namespace onlan::operate
