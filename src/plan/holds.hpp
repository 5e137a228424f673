#pragma once

#include "model/host.hpp"
#include "plan/change.hpp"

namespace onlan::plan {

// Is the host already as this change would make it, whoever did it?
[[nodiscard]] bool holds(const Change& change, const model::Host& host);

// Does what it would make carry onlan's mark on the host: an alias, a comment, a label?
[[nodiscard]] bool is_marked(const Change& change, const model::Host& host);

// Would the two leave the same object behind? What was only a choice at the time of making (which
// addresses of a pool were in use, what a switch was set to before) does not count.
[[nodiscard]] bool same_object(const Change& one, const Change& other);

} // namespace onlan::plan
