#pragma once

#include <nlohmann/json.hpp>

#include "formats/text/nft_tokens.hpp"

namespace onlan::formats::text {

// A rule up to the end of its line: {"expr": […], "handle": …, "comment": …}. From the first
// statement that is not known on it is one of which nobody can say whether it matches, but for the
// verdict at its end.
[[nodiscard]] nlohmann::json nft_rule(NftCursor& cursor);

} // namespace onlan::formats::text
