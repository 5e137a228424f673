#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "net/ip_address.hpp"

namespace onlan::net {

// An address block such as 192.168.4.0/22. The bits after the prefix are always zero and the length
// never exceeds the family's: there is no other way to make one.
class Prefix {
public:
    // 0.0.0.0/0
    constexpr Prefix() noexcept = default;

    // Fails on "10.0.0.1/8" as well as on nonsense: host bits in a prefix are a typing mistake, and
    // masking them silently routes the wrong block.
    [[nodiscard]] static Result<Prefix> parse(std::string_view text);
    // The block of this length around `address`. `length` is cut to the family's.
    [[nodiscard]] static Prefix around(const IpAddress& address, unsigned length) noexcept;

    [[nodiscard]] Family family() const noexcept { return first_.family(); }
    [[nodiscard]] const IpAddress& first() const noexcept { return first_; }
    [[nodiscard]] IpAddress last() const noexcept;
    [[nodiscard]] unsigned length() const noexcept { return length_; }
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
    [[nodiscard]] bool overlaps(const Prefix& other) const noexcept;
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const Prefix&, const Prefix&) = default;

private:
    Prefix(const IpAddress& first, unsigned length) noexcept : first_(first), length_(length) {}

    IpAddress first_;
    unsigned length_ = 0;
};

// An address with the length of the subnet around it, as `ip addr` shows it: 192.168.137.250/24.
struct InterfaceAddress {
    IpAddress address;
    unsigned length = 0;

    [[nodiscard]] static Result<InterfaceAddress> parse(std::string_view text);
    [[nodiscard]] Prefix subnet() const noexcept { return Prefix::around(address, length); }
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const InterfaceAddress&, const InterfaceAddress&) = default;
};

// From `first` to `last`, both included, of one family.
struct AddressRange {
    IpAddress first;
    IpAddress last;

    // "192.168.137.200-192.168.137.219", or a block such as "192.168.137.192/28".
    [[nodiscard]] static Result<AddressRange> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
    // The smallest block that holds the whole range.
    [[nodiscard]] Prefix enclosing_prefix() const noexcept;
    // The addresses of the range in order, at most `limit` of them.
    [[nodiscard]] std::vector<IpAddress> addresses(std::size_t limit) const;
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const AddressRange&, const AddressRange&) = default;
};

} // namespace onlan::net
