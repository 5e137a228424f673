#pragma once

#include "rules/nft/json.hpp"
#include "rules/nft/scope.hpp"

namespace onlan::rules::nft {

// {"accept": null}, {"jump": {"target": "own"}}: a statement, or the data of a verdict map.
[[nodiscard]] Result<Decision> decision(const Json& json, const Scope& scope);

} // namespace onlan::rules::nft
