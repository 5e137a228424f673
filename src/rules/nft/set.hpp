#pragma once

#include <vector>

#include "rules/nft/datatype.hpp"
#include "rules/nft/scope.hpp"

namespace onlan::rules::nft {

// {"set": …} and {"map": …} of a table, with their elements.
[[nodiscard]] Result<std::shared_ptr<const ElementSet>> named_set(const Json& json,
                                                                  const Scope& scope);

// What stands right of a lookup: "@name", or {"set": [elements]} with keys and data of these types.
struct SetTypes {
    std::vector<Datatype> key;
    std::vector<Datatype> data; // empty: a set; verdict: a vmap
};
[[nodiscard]] Result<std::shared_ptr<const ElementSet>>
set_operand(const Json& json, const SetTypes& types, const Scope& scope);

} // namespace onlan::rules::nft
