#include "operate/place.hpp"

#include <fmt/format.h>

#include "collect/host.hpp"

namespace onlan::operate {

Result<model::Snapshot> read_host(const Place& place, Observer& observer)
{
    observer.note(fmt::format("reading links, addresses, routes, sysctls and rules from the "
                              "kernel, and asking Docker at {}",
                              place.docker_host));
    return collect::collect_host(place.docker_host);
}

Result<apply::Recorded> read_journal(const Place& place, Observer& observer)
{
    observer.note(fmt::format("reading the journal in {}", place.state_folder.string()));
    ONLAN_TRY(const auto host, apply::HostIdentity::of_this_process());
    return apply::Journal::read(place.state_folder, host);
}

} // namespace onlan::operate
