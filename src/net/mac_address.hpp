#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace onlan::net {

// An Ethernet address, in transmission order.
struct MacAddress {
    std::array<std::uint8_t, 6> bytes{};

    // Six pairs of hex digits separated by colons.
    [[nodiscard]] static Result<MacAddress> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

} // namespace onlan::net
