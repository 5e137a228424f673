#pragma once

#include "rules/machine/program.hpp"

namespace onlan::rules {

// What the conditions of a rule are about.
[[nodiscard]] Asked asked_by(const Draft& draft);

} // namespace onlan::rules
