#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace onlan::plan {

// One line for people: "create bridge on-lan137 (MTU 1500)", "remove 192.168.1.5/24 from eno1".
[[nodiscard]] std::string describe(const PlannedStep& step);

// The same with the tools that a person would use, each quoted for a shell, to be run as they are.
// Fails where the tools have no words for it.
[[nodiscard]] Result<std::vector<std::string>> commands(const PlannedStep& step);

} // namespace onlan::plan
