#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace onlan::net {

enum class Family : std::uint8_t { ipv4, ipv6 };

[[nodiscard]] constexpr unsigned address_bits(Family family) noexcept
{
    return family == Family::ipv4 ? 32 : 128;
}

// "IPv4" or "IPv6", for sentences.
[[nodiscard]] std::string_view family_name(Family family) noexcept;

// An IPv4 or IPv6 address. Addresses of one family are ordered as the numbers they are.
class IpAddress {
public:
    // 0.0.0.0
    constexpr IpAddress() noexcept = default;

    [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
    // Network byte order, 4 or 16 bytes as netlink gives them; nothing for any other size.
    [[nodiscard]] static std::optional<IpAddress>
    from_bytes(std::span<const std::uint8_t> bytes) noexcept;
    [[nodiscard]] static IpAddress any(Family family) noexcept;

    [[nodiscard]] Family family() const noexcept { return family_; }
    // Network byte order, 4 or 16 bytes.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept
    {
        return std::span(bytes_).first(address_bits(family_) / 8);
    }
    [[nodiscard]] std::string to_string() const;

    // The address after this one; the last address of the family is followed by the first.
    [[nodiscard]] IpAddress next() const noexcept;

    friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    Family family_ = Family::ipv4;
    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace onlan::net
