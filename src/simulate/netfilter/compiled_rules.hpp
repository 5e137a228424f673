#pragma once

#include <memory>

#include "base/result.hpp"
#include "model/netns.hpp"
#include "simulate/netfilter/rulebook.hpp"

namespace onlan::simulate {

// The rules of a snapshot's namespace, for the walk. An error names the rule that cannot be read.
[[nodiscard]] Result<std::shared_ptr<const Rulebook>> compile_rules(const model::Netns& netns);

} // namespace onlan::simulate
