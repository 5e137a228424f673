#pragma once

#include "model/netns.hpp"
#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

// The elements of all sets, but not of lists of sets: those are looked up one by one.
[[nodiscard]] IpSets read_ipsets(const model::Netns& netns);

} // namespace onlan::rules::xt
