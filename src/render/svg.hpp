#pragma once

#include <string>

#include "model/names.hpp"
#include "model/trace.hpp"

namespace onlan::render {

// The walk as a picture that stands by itself: namespaces as boxes, their devices as columns in
// them, and each packet's path from top to bottom, with the phases that changed or ended it.
// What was sent again and went the same way is left out, and so is ARP.
[[nodiscard]] std::string svg(const model::Explanation& explanation,
                              const model::ExplainedFlow& asked,
                              const model::Names& names);

} // namespace onlan::render
