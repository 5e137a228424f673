#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/mac_address.hpp"

namespace onlan::net {

// The payload of one netlink attribute (struct nlattr), checked: every accessor looks at the length
// first. Numbers are in the machine's byte order unless the attribute says otherwise.
class Attribute {
public:
    Attribute(std::uint16_t type, std::span<const std::uint8_t> payload) noexcept
        : type_(type), payload_(payload)
    {}

    [[nodiscard]] std::uint16_t type() const noexcept { return type_; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return payload_; }

    // Nothing when the payload is not exactly one `Value`.
    template <typename Value>
    [[nodiscard]] std::optional<Value> as() const noexcept
    {
        static_assert(std::is_trivially_copyable_v<Value>);
        if (payload_.size() != sizeof(Value))
            return {};
        Value value{};
        std::memcpy(&value, payload_.data(), sizeof value);
        return value;
    }

    // A number that an absent or malformed attribute leaves at `otherwise`.
    template <typename Value>
    [[nodiscard]] Value value_or(Value otherwise) const noexcept
    {
        return as<Value>().value_or(otherwise);
    }

    // Up to the terminating zero, or all of it where the sender left it out.
    [[nodiscard]] std::string_view text() const noexcept
    {
        const std::string_view all(reinterpret_cast<const char*>(payload_.data()), payload_.size());
        return all.substr(0, all.find('\0'));
    }

    // The same of a number in network byte order.
    template <std::unsigned_integral Value>
    [[nodiscard]] Value big_endian_or(Value otherwise) const noexcept
    {
        if (payload_.size() != sizeof(Value))
            return otherwise;
        Value value = 0;
        for (const std::uint8_t byte : payload_)
            value = static_cast<Value>(value << 8U | byte);
        return value;
    }

    [[nodiscard]] bool is_set() const noexcept { return value_or<std::uint8_t>(0) != 0; }

    [[nodiscard]] std::optional<MacAddress> mac() const noexcept
    {
        MacAddress mac;
        if (payload_.size() != mac.bytes.size())
            return {};
        std::ranges::copy(payload_, mac.bytes.begin());
        return mac;
    }

private:
    std::uint16_t type_;
    std::span<const std::uint8_t> payload_;
};

// NLMSG_ALIGN and NLA_ALIGN, without their signed arithmetic.
[[nodiscard]] constexpr std::size_t netlink_align(std::size_t size) noexcept
{
    return (size + 3) / 4 * 4;
}

inline void append_attribute(std::vector<std::uint8_t>& to,
                             std::uint16_t type,
                             std::span<const std::uint8_t> payload)
{
    const std::array<std::uint16_t, 2> header = {
        // struct nlattr
        static_cast<std::uint16_t>(sizeof header + payload.size()), type};
    const auto* start = reinterpret_cast<const std::uint8_t*>(header.data());
    to.insert(to.end(), start, start + sizeof header);
    to.insert(to.end(), payload.begin(), payload.end());
    to.resize(netlink_align(to.size()));
}

// Calls `visit` for each attribute in `bytes`; a malformed one ends the walk with an error.
template <typename Visit>
[[nodiscard]] Result<> visit_attributes(std::span<const std::uint8_t> bytes, Visit visit)
{
    struct Header { // struct nlattr
        std::uint16_t length = 0;
        std::uint16_t type = 0;
    };
    constexpr std::uint16_t kTypeMask = 0x3FFF; // NLA_TYPE_MASK
    while (bytes.size() >= sizeof(Header)) {
        Header header;
        std::memcpy(&header, bytes.data(), sizeof header);
        if (header.length < sizeof header || header.length > bytes.size())
            return fail(Failed::parse, "netlink: an attribute longer than its message");
        visit(Attribute(header.type & kTypeMask,
                        bytes.subspan(sizeof header, header.length - sizeof header)));
        bytes = bytes.subspan(std::min(netlink_align(header.length), bytes.size()));
    }
    return {};
}

// The same for what stands inside an attribute: where it is malformed, what came before counts.
template <typename Visit>
void visit_nested(std::span<const std::uint8_t> bytes, Visit visit)
{
    static_cast<void>(visit_attributes(bytes, std::move(visit)));
}

} // namespace onlan::net
