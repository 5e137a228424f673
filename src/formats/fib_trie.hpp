#pragma once

#include <optional>
#include <string_view>

namespace onlan::formats {

// Of /proc/net/fib_trie: whether the tables local and main are searched one after the other instead
// of as one (model::Netns). Nothing for a text without them.
[[nodiscard]] std::optional<bool> has_separate_local_table(std::string_view tries);

} // namespace onlan::formats
