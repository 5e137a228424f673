#pragma once

#include <span>
#include <string>
#include <string_view>

namespace onlan {

// The end of a sentence about a word that nobody knows: "; did you mean 'gateway'?", or all that
// there is when no word is near: "; expected one of: version, lans".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> known);

} // namespace onlan
