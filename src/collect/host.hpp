#pragma once

#include <string>

#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace onlan::collect {

// Of one namespace only: the state of this thread's network namespace and of the Docker engine at
// `docker_host`. Changes nothing, loads no kernel module and makes no table. An engine that does
// not answer is not an error: the snapshot says why there is none. Of nftables only what planning
// asks is read (kernel::list_outline()); of sets, connections and sockets nothing.
[[nodiscard]] Result<model::Snapshot> collect_host(const std::string& docker_host);

// Only links, addresses, routes and the engine: what tells who uses the links that are to be taken
// away, also on a host whose firewall cannot be read.
[[nodiscard]] Result<model::Snapshot> collect_users(const std::string& docker_host);

} // namespace onlan::collect
