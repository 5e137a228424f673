#pragma once

#include <string>

#include "base/result.hpp"
#include "model/host.hpp"

namespace onlan::collect {

// The state of this thread's network namespace and of the Docker engine at `docker_host`. Changes
// nothing, loads no kernel module and makes no table. An engine that does not answer is not an
// error: the host says why there is none.
[[nodiscard]] Result<model::Host> collect_host(const std::string& docker_host);

// Only links, addresses, routes and the engine: what tells who uses the links that are to be taken
// away, also on a host whose firewall cannot be read.
[[nodiscard]] Result<model::Host> collect_users(const std::string& docker_host);

} // namespace onlan::collect
