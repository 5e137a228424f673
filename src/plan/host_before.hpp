#pragma once

#include "model/intent.hpp"
#include "model/snapshot.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

// The host as it would be if nothing of onlan's were made yet: what is on the ledger is taken back,
// and so is what carries onlan's mark without being on it, as after the commands of `onlan export`.
[[nodiscard]] model::Snapshot
host_before(model::Snapshot snapshot, const Ledger& ledger, const model::Intent& intent);

} // namespace onlan::plan
