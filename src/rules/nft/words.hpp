#pragma once

#include <string>
#include <string_view>

#include "rules/nft/json.hpp"

// nft's own words, as `nft list ruleset` shows them.
namespace onlan::rules::nft {

// A rule without its counters: they change while one reads.
[[nodiscard]] std::string rule_text(const Json& rule);

// An expression, a constant or a list of them.
[[nodiscard]] std::string words(const Json& json);
// Of a member; empty where there is none.
[[nodiscard]] std::string words_of(const Json& object, std::string_view name);
[[nodiscard]] std::string joined(const Json& list, std::string_view between);
// Of a map or verdict map: "key map { … }".
[[nodiscard]] std::string lookup_words(const std::string& name, const Json& map);
// {"name": inner} of a kind that has no words of its own.
[[nodiscard]] std::string plain_words(const std::string& name, const Json& inner);

} // namespace onlan::rules::nft
