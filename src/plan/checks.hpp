#pragma once

#include "plan/findings.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

void check(const model::Lan& lan, const Request& request, Findings& findings);

} // namespace onlan::plan
