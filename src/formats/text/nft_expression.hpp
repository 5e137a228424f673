#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "formats/text/nft_tokens.hpp"

namespace onlan::formats::text {

// Parts of a rule as nft prints them for people, in the JSON that it prints for programs. Nothing
// where they are of a kind that is not known; the cursor may then stand anywhere.

// "ip saddr", "meta iifname", "ct original ip daddr", "fib daddr type", "tcp flags & (fin | syn)",
// and several with dots between them.
[[nodiscard]] std::optional<nlohmann::json> nft_expression(NftCursor& cursor);
// "10.0.0.0/8", "80-90", "{ 22, 80 }", "@friends", "established,related".
[[nodiscard]] std::optional<nlohmann::json> nft_value(NftCursor& cursor);
// Elements up to the closing brace: values, or with a colon pairs of them.
[[nodiscard]] std::optional<nlohmann::json> nft_elements(NftCursor& cursor);
// One word as a number, a prefix, a range or a text.
[[nodiscard]] nlohmann::json nft_constant(std::string_view word);
// "accept", "jump DOCKER"
[[nodiscard]] std::optional<nlohmann::json> nft_verdict(NftCursor& cursor);

} // namespace onlan::formats::text
