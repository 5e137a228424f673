#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.hpp"

namespace onlan::rules::nft {

using Json = nlohmann::json;

// Null if `object` is none, or has no such member.
[[nodiscard]] const Json* find_member(const Json& object, std::string_view name);
[[nodiscard]] Result<const Json*> member(const Json& object, std::string_view name);
[[nodiscard]] Result<std::string> text_member(const Json& object, std::string_view name);
// Empty if it is missing or no text.
[[nodiscard]] std::string optional_text(const Json& object, std::string_view name);
[[nodiscard]] std::uint64_t optional_number(const Json& object, std::string_view name);
// One text, or a list of them: nft writes flags both ways.
[[nodiscard]] std::vector<std::string> texts(const Json* value);
// {"name": value}: expressions and statements are such objects. Null for anything else.
[[nodiscard]] const std::string* only_name(const Json& value);
// The start of it, for a sentence.
[[nodiscard]] std::string shown(const Json& value);
// Deeper than nft nests anything.
[[nodiscard]] bool too_deep(const Json& value, unsigned limit = 32);

} // namespace onlan::rules::nft
