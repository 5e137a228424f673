#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace onlan {

// A row of a list that is read both ways.
struct NamedNumber {
    std::string_view name;
    std::uint32_t number = 0;
};

// A row for each of the names of an enumeration that counts from 0.
template <std::size_t Count>
[[nodiscard]] constexpr std::array<NamedNumber, Count>
numbered(const std::array<std::string_view, Count>& names)
{
    std::array<NamedNumber, Count> entries{};
    for (std::uint32_t number = 0; number < Count; ++number)
        entries[number] = {names[number], number};
    return entries;
}

} // namespace onlan
