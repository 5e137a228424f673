#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::collect {

// The switches that decide what becomes of packets on these links, and the namespace's own. A
// switch that the kernel does not have is left out.
[[nodiscard]] Result<std::map<std::string, std::string>>
collect_sysctls(const std::vector<model::Link>& links);

} // namespace onlan::collect
