#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"

namespace onlan {

// A JSON document that may come from anywhere. What is no JSON is an error with its line; what is
// nested deeper than anybody's, and would exhaust the stack of whoever walks it, is one too.
[[nodiscard]] Result<nlohmann::json> parse_json_document(std::string_view text);

// The document for people and programs, indented. Names and comments of the host may hold any
// bytes: what is not UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_document_text(const nlohmann::json& document);

} // namespace onlan
