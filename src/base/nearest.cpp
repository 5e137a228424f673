#include "base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace onlan {
namespace {

// Insertions, deletions and replacements that turn one word into the other.
std::size_t distance(std::string_view one, std::string_view other)
{
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

} // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known)
{
    // Words that share nothing are near each other when they are short enough.
    const std::size_t farthest = std::min<std::size_t>(3, word.size() / 2);
    const auto nearest = std::ranges::min_element(
        known, {}, [&](std::string_view candidate) { return distance(word, candidate); });
    if (nearest == known.end() || distance(word, *nearest) > farthest)
        return fmt::format("; expected one of: {}", fmt::join(known, ", "));
    return fmt::format("; did you mean '{}'?", *nearest);
}

} // namespace onlan
