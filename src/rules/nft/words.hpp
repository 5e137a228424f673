#pragma once

#include <string>

#include "rules/nft/json.hpp"

namespace onlan::rules::nft {

// A rule in nft's own words, as `nft list ruleset` shows it, without its counters: they change
// while one reads.
[[nodiscard]] std::string rule_text(const Json& rule);

} // namespace onlan::rules::nft
