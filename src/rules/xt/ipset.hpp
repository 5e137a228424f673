#pragma once

#include <memory>

#include "base/result.hpp"
#include "model/ipset.hpp"
#include "rules/element_set.hpp"

namespace onlan::rules::xt {

// The elements of a set, but not of a list of sets: those are looked up one by one.
[[nodiscard]] Result<std::shared_ptr<const ElementSet>> read_ipset(const model::IpSet& set);

} // namespace onlan::rules::xt
