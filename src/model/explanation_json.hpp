#pragma once

#include <nlohmann/json.hpp>

#include "model/trace.hpp"

namespace onlan::model {

// The document "onlan/explanation/1".
[[nodiscard]] nlohmann::json explanation_to_json(const ExplainedFlow& flow,
                                                 const Explanation& explanation);

} // namespace onlan::model
