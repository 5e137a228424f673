#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace onlan {

// {name, number} for each of the names of an enumeration that counts from 0.
template <typename Entry, std::size_t Count>
[[nodiscard]] constexpr std::array<Entry, Count>
numbered(const std::array<std::string_view, Count>& names)
{
    std::array<Entry, Count> entries{};
    for (std::uint32_t number = 0; number < Count; ++number)
        entries[number] = {names[number], number};
    return entries;
}

} // namespace onlan
