#pragma once

#include <vector>

#include "base/result.hpp"
#include "model/conntrack.hpp"

namespace onlan::kernel {

// Connection tracking of this thread's network namespace. Listing starts nothing: the hooks come
// with the first rule that needs them (nf_ct_netns_get()), not with a dump, and a kernel without
// the code for listing is not asked to load it.
struct TrackedConnections {
    std::vector<model::Conntrack> entries;
    std::vector<model::Expectation> expectations;
};
[[nodiscard]] Result<TrackedConnections> list_conntrack();

} // namespace onlan::kernel
