#pragma once

#include "model/host.hpp"
#include "model/intent.hpp"
#include "plan/findings.hpp"

namespace onlan::plan {

void check_uplink(const model::Lan& lan, const model::Host& host, Findings& findings);

} // namespace onlan::plan
