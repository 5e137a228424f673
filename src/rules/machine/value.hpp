#pragma once

#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

#include "net/ip_address.hpp"
#include "net/mac_address.hpp"

namespace onlan::rules {

// What fields, set elements and constants are compared as: an unsigned number of up to 128 bits. An
// interface name is one too, its 16 bytes in order, so that "br-*" is an interval like any other.
struct Value {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    [[nodiscard]] static constexpr Value of(std::uint64_t number) noexcept
    {
        return {.high = 0, .low = number};
    }
    [[nodiscard]] static Value of(const net::IpAddress& address) noexcept;
    [[nodiscard]] static Value of(const net::MacAddress& mac) noexcept;
    // Cut to IFNAMSIZ.
    [[nodiscard]] static Value of_name(std::string_view name) noexcept;

    [[nodiscard]] net::IpAddress address(net::Family family) const noexcept;
    [[nodiscard]] constexpr bool zero() const noexcept { return (high | low) == 0; }

    friend constexpr auto operator<=>(const Value&, const Value&) = default;
    friend constexpr Value operator&(const Value& a, const Value& b) noexcept
    {
        return {.high = a.high & b.high, .low = a.low & b.low};
    }
    friend constexpr Value operator|(const Value& a, const Value& b) noexcept
    {
        return {.high = a.high | b.high, .low = a.low | b.low};
    }
    friend constexpr Value operator^(const Value& a, const Value& b) noexcept
    {
        return {.high = a.high ^ b.high, .low = a.low ^ b.low};
    }
    friend constexpr Value operator~(const Value& a) noexcept
    {
        return {.high = ~a.high, .low = ~a.low};
    }
};

inline constexpr Value kAllOnes{.high = ~std::uint64_t{0}, .low = ~std::uint64_t{0}};

[[nodiscard]] Value shift_left(const Value& value, unsigned bits) noexcept;
[[nodiscard]] Value shift_right(const Value& value, unsigned bits) noexcept;
// The lowest `bits` bits set.
[[nodiscard]] Value low_ones(unsigned bits) noexcept;

// From `first` to `last`, both included.
struct Interval {
    Value first;
    Value last;

    [[nodiscard]] static constexpr Interval point(const Value& value) noexcept
    {
        return {.first = value, .last = value};
    }
    // The block of `length` leading bits around `value`, which is `bits` wide.
    [[nodiscard]] static Interval
    prefix(const Value& value, unsigned bits, unsigned length) noexcept;
    // All names that begin so.
    [[nodiscard]] static Interval names(std::string_view beginning) noexcept;

    [[nodiscard]] constexpr bool contains(const Value& value) const noexcept
    {
        return first <= value && value <= last;
    }
    [[nodiscard]] constexpr bool is_point() const noexcept { return first == last; }

    friend constexpr auto operator<=>(const Interval&, const Interval&) = default;
};

using Intervals = std::vector<Interval>;

// Sorted, overlapping and adjoining ones made one.
[[nodiscard]] Intervals merged(Intervals intervals);
// `intervals` as merged() leaves them.
[[nodiscard]] bool contains(const Intervals& intervals, const Value& value) noexcept;

} // namespace onlan::rules
