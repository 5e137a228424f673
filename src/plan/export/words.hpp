#pragma once

#include <string>
#include <string_view>

#include "model/intent.hpp"
#include "model/link.hpp"

namespace onlan::plan {

// The comment at the head of a file: what 'onlan up' still has to do.
[[nodiscard]] std::string remains(std::string_view format);

// As `up` does: two cables to one switch are a loop. 2 seconds are the least that the kernel takes
// then (BR_MIN_FORWARD_DELAY).
[[nodiscard]] bool needs_stp(const model::Uplink& uplink);

// A comment in place of a route that neither format has words for here; nothing for others.
[[nodiscard]] std::string by_hand(const model::Route& route);

} // namespace onlan::plan
