#include "rules/machine/value.hpp"

#include <algorithm>
#include <array>

namespace onlan::rules {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kHalf = 64;
constexpr std::size_t kNameSize = 16; // IFNAMSIZ

template <typename Bytes>
Value big_endian(const Bytes& bytes) noexcept
{
    Value value;
    for (const std::uint8_t byte : bytes)
        value = shift_left(value, 8) | Value::of(byte);
    return value;
}

} // namespace

Value Value::of(const net::IpAddress& address) noexcept
{
    return big_endian(address.bytes());
}

Value Value::of(const net::MacAddress& mac) noexcept
{
    return big_endian(mac.bytes);
}

Value Value::of_name(std::string_view name) noexcept
{
    std::array<std::uint8_t, kNameSize> bytes{};
    std::ranges::transform(name.substr(0, kNameSize - 1), bytes.begin(),
                           [](char letter) { return static_cast<std::uint8_t>(letter); });
    return big_endian(bytes);
}

net::IpAddress Value::address(net::Family family) const noexcept
{
    std::array<std::uint8_t, 16> bytes{};
    Value rest = *this;
    const std::size_t size = net::address_bits(family) / 8;
    for (std::size_t at = size; at-- > 0; rest = shift_right(rest, 8))
        bytes.at(at) = static_cast<std::uint8_t>(rest.low);
    return net::IpAddress::from_bytes(std::span(bytes).first(size)).value_or(net::IpAddress());
}

Value shift_left(const Value& value, unsigned bits) noexcept
{
    if (bits == 0)
        return value;
    if (bits >= kBits)
        return {};
    if (bits >= kHalf)
        return {.high = value.low << (bits - kHalf), .low = 0};
    return {.high = value.high << bits | value.low >> (kHalf - bits), .low = value.low << bits};
}

Value shift_right(const Value& value, unsigned bits) noexcept
{
    if (bits == 0)
        return value;
    if (bits >= kBits)
        return {};
    if (bits >= kHalf)
        return {.high = 0, .low = value.high >> (bits - kHalf)};
    return {.high = value.high >> bits, .low = value.low >> bits | value.high << (kHalf - bits)};
}

Value low_ones(unsigned bits) noexcept
{
    return bits == 0 ? Value{} : shift_right(kAllOnes, kBits - std::min(bits, kBits));
}

Interval Interval::prefix(const Value& value, unsigned bits, unsigned length) noexcept
{
    const Value host = low_ones(bits - std::min(length, bits));
    return {.first = value & ~host, .last = value | host};
}

Interval Interval::names(std::string_view beginning) noexcept
{
    const auto length = static_cast<unsigned>(std::min(beginning.size(), kNameSize - 1));
    return prefix(Value::of_name(beginning), kBits, length * 8);
}

Intervals merged(Intervals intervals)
{
    std::ranges::sort(intervals);
    Intervals result;
    for (const Interval& interval : intervals) {
        if (!result.empty() && interval.first <= result.back().last)
            result.back().last = std::max(result.back().last, interval.last);
        else
            result.push_back(interval);
    }
    return result;
}

bool contains(const Intervals& intervals, const Value& value) noexcept
{
    const auto after = std::ranges::upper_bound(intervals, value, {}, &Interval::first);
    return after != intervals.begin() && value <= std::prev(after)->last;
}

} // namespace onlan::rules
