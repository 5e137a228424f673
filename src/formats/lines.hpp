#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace onlan::formats {

// Calls `visit` with each line that is not empty and its number, from 1; the first error ends it.
template <typename Visit>
[[nodiscard]] Result<> for_each_line(std::string_view text, Visit visit)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (!line.empty())
            ONLAN_CHECK(visit(line, number));
    }
    return {};
}

// What stands between blanks.
[[nodiscard]] inline std::vector<std::string_view> words_in(std::string_view line)
{
    constexpr std::string_view kBlanks = " \t";
    std::vector<std::string_view> words;
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
        if (line.empty())
            return words;
        words.push_back(line.substr(0, line.find_first_of(kBlanks)));
        line.remove_prefix(words.back().size());
    }
}

} // namespace onlan::formats
