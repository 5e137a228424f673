#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "model/trace.hpp"

namespace onlan::model {

// The flow that was asked about, in the user's words.
struct ExplainedFlow {
    std::string from;
    std::string to;
    std::string protocol;
};

// The document "onlan/explanation/1".
[[nodiscard]] nlohmann::json explanation_to_json(const ExplainedFlow& flow,
                                                 const Explanation& explanation);

// A reason as one line of text: "rule 1 of nat DOCKER: …", "net.ipv4.ip_forward = 0".
[[nodiscard]] std::string because_text(const Because& because);

} // namespace onlan::model
