#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/intent.hpp"

namespace onlan::model {

// Reads onlan.yaml (onlan.yaml(5)). The error lists everything that is wrong, one line each: file,
// line, key, what stands there and what was expected.
[[nodiscard]] Result<Intent> parse_configuration(std::string_view text, std::string_view file_name);

} // namespace onlan::model
