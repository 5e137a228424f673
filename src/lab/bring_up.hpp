#pragma once

#include "base/result.hpp"
#include "lab/story.hpp"
#include "model/intent.hpp"
#include "plan/plan.hpp"

namespace onlan::lab {

// `onlan up --yes` in this thread's namespace, with its journal in the lab's folder.
[[nodiscard]] Result<> bring_up(const model::Intent& intent, plan::Stage stage, Narrator& narrator);

} // namespace onlan::lab
