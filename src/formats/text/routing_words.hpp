#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/number.hpp"
#include "base/numbered.hpp"
#include "model/rtnetlink.hpp"
#include "net/prefix.hpp"

namespace onlan::formats::text {

// A name that is known, or else a number.
template <std::integral Number, std::size_t Count>
[[nodiscard]] Number
number_for(std::string_view word, const std::array<NamedNumber, Count>& names, Number otherwise)
{
    if (word.empty())
        return otherwise;
    const auto found = std::ranges::find(names, word, &NamedNumber::name);
    return found != names.end() ? static_cast<Number>(found->number)
                                : parse_prefixed_number<Number>(word).value_or(otherwise);
}

// A routing table. Which number a name of that host's own (/etc/iproute2/rt_tables) has does not
// matter, if it is no other table's.
[[nodiscard]] inline std::uint32_t table_for(std::string_view word, std::uint32_t otherwise)
{
    constexpr std::uint32_t kNamed = 0x80000000;
    if (word.empty())
        return otherwise;
    const auto known = number_for<std::uint32_t>(word, model::kTables, 0);
    if (known != 0 || word == "0")
        return known;
    std::uint32_t hash = 2166136261; // FNV-1a
    for (const char letter : word)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619;
    return hash | kNamed;
}

// "default", "10.0.0.0/8", or an address alone.
[[nodiscard]] inline std::optional<net::Prefix> destination_in(std::string_view text,
                                                               net::Family family)
{
    if (text == "default" || text == "all")
        return net::Prefix::around(net::IpAddress::any(family), 0);
    if (const auto prefix = net::Prefix::parse(text))
        return *prefix;
    const auto address = net::IpAddress::parse(text);
    if (!address)
        return {};
    return net::Prefix::around(*address, net::address_bits(address->family()));
}

} // namespace onlan::formats::text
