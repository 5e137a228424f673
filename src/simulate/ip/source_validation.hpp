#pragma once

#include <string_view>

#include "simulate/run/reason.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {

// Would a reply to the packet's source leave by the device that the packet came in by?
struct SourceVerdict {
    bool valid = true;
    Stage stage = Stage::rp_filter; // of a drop; or local_source, invalid_source
    Reason because;
    bool on_link = false; // the source is a neighbour, as far as the check was made
};

// fib_validate_source(), net/ipv4/fib_frontend.c. `out` is the device that the packet will be
// forwarded through; null for one that is for this namespace.
[[nodiscard]] SourceVerdict
validate_source(const Device& in, const Device* out, const FlowKey& key);

} // namespace onlan::simulate
