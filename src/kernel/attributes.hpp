#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "base/result.hpp"
#include "net/mac_address.hpp"

namespace onlan::kernel {

// NLMSG_ALIGN and NLA_ALIGN, without their signed arithmetic.
[[nodiscard]] constexpr std::size_t align(std::size_t size) noexcept
{
    return (size + 3) / 4 * 4;
}

// The payload of one netlink attribute, checked: every accessor looks at the length first.
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
        Value value;
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

    [[nodiscard]] bool is_set() const noexcept { return value_or<std::uint8_t>(0) != 0; }

    [[nodiscard]] std::optional<net::MacAddress> mac() const noexcept
    {
        net::MacAddress mac;
        if (payload_.size() != mac.bytes.size())
            return {};
        std::ranges::copy(payload_, mac.bytes.begin());
        return mac;
    }

private:
    std::uint16_t type_;
    std::span<const std::uint8_t> payload_;
};

// Calls `visit` for each attribute in `bytes`; a malformed one ends the walk with an error.
template <typename Visit>
[[nodiscard]] Result<> visit_attributes(std::span<const std::uint8_t> bytes, Visit visit)
{
    while (bytes.size() >= sizeof(nlattr)) {
        nlattr header;
        std::memcpy(&header, bytes.data(), sizeof header);
        if (header.nla_len < sizeof header || header.nla_len > bytes.size())
            return fail(Failed::parse, "netlink: an attribute longer than its message");
        visit(Attribute(mnl_attr_get_type(&header),
                        bytes.subspan(sizeof header, header.nla_len - sizeof header)));
        const std::size_t aligned = align(header.nla_len);
        bytes = bytes.subspan(std::min(aligned, bytes.size()));
    }
    return {};
}

// A message's fixed part, and the bytes of its attributes.
template <typename Fixed>
struct Decoded {
    Fixed fixed;
    std::span<const std::uint8_t> attributes;
};

template <typename Fixed>
[[nodiscard]] Result<Decoded<Fixed>> decode(const nlmsghdr& message)
{
    if (message.nlmsg_len < mnl_nlmsg_size(sizeof(Fixed)))
        return fail(Failed::parse, "netlink: a message shorter than its header");
    const std::span payload(static_cast<const std::uint8_t*>(mnl_nlmsg_get_payload(&message)),
                            message.nlmsg_len - align(sizeof(nlmsghdr)));
    Decoded<Fixed> decoded;
    std::memcpy(&decoded.fixed, payload.data(), sizeof(Fixed));
    decoded.attributes = payload.subspan(std::min(align(sizeof(Fixed)), payload.size()));
    return decoded;
}

} // namespace onlan::kernel
