#pragma once

#include <string_view>
#include <vector>

#include "formats/text/excerpt.hpp"

namespace onlan::formats::text {

// A paste taken apart, in its order: by prompts, by headings that are commands, and where neither
// stands by how the lines look. Colours, quote marks, code fences and line ends of any kind are
// gone.
[[nodiscard]] std::vector<Excerpt> excerpts_in(std::string_view paste);

} // namespace onlan::formats::text
