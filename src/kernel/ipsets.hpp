#pragma once

#include <vector>

#include "base/result.hpp"
#include "model/ipset.hpp"

namespace onlan::kernel {

// The IP sets of this thread's network namespace, by the program ipset: the kernel's own answer to
// netlink differs from type to type of set. It is only run where there are sets.
[[nodiscard]] Result<std::vector<model::IpSet>> list_ipsets();

} // namespace onlan::kernel
