#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// Who would lose by the plan what they use: a sentence for each Docker network to be removed that
// running containers use (Docker would refuse that, after half of the plan was done), and for each
// bridge to be deleted that has ports which are not onlan's.
[[nodiscard]] std::vector<std::string> in_use(const Plan& plan, const model::Host& host);

// For each Docker network to be removed that stopped containers belong to, a sentence that they
// stay behind.
[[nodiscard]] std::vector<std::string> left_behind(const Plan& plan, const model::Host& host);

// All that is `in_use()` as one error.
[[nodiscard]] Result<> check_unused(const Plan& plan, const model::Host& host);

} // namespace onlan::plan
