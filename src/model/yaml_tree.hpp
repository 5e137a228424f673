#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"

namespace onlan::model {

// A YAML document of somebody else's as a tree of objects, lists and texts: "80" and 80 are the
// same. What an alias stands for is copied and "<<" is merged, as far as a document of usual size
// goes; a larger one is an error.
[[nodiscard]] Result<nlohmann::json> yaml_tree(std::string_view text);

} // namespace onlan::model
