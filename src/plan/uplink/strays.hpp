#pragma once

#include "model/host.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// The ledger, and with it what others have put on the uplink bridges that onlan made, as if onlan
// had moved it there: undone, it goes to the port with the rest.
[[nodiscard]] Ledger with_strays(const Ledger& ledger, const model::Host& host);

} // namespace onlan::plan
