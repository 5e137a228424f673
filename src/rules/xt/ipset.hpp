#pragma once

#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

// The elements of all sets, but not of lists of sets: those are looked up one by one.
[[nodiscard]] IpSets read_ipsets(const std::vector<model::IpSet>& listed);

} // namespace onlan::rules::xt
