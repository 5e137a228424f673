#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace onlan::plan {

// Netlink attributes in bytes that the model keeps as the kernel gave them (Rule::rest,
// Route::metrics): a length and a type of two bytes each, the payload, and blanks up to a multiple
// of four.
struct Attribute {
    std::uint16_t type = 0;
    std::span<const std::uint8_t> payload;

    // Nothing when the payload is not exactly one `Number`, which is in the machine's byte order.
    template <typename Number>
    [[nodiscard]] std::optional<Number> as() const noexcept
    {
        Number number{};
        if (payload.size() != sizeof number)
            return {};
        std::memcpy(&number, payload.data(), sizeof number);
        return number;
    }

    // Up to the terminating zero.
    [[nodiscard]] std::string_view text() const noexcept
    {
        const std::string_view all(reinterpret_cast<const char*>(payload.data()), payload.size());
        return all.substr(0, all.find('\0'));
    }
};

// Calls `visit`, which returns Result<>, for each attribute until one fails.
template <typename Visit>
[[nodiscard]] Result<> visit_attributes(std::span<const std::uint8_t> bytes, Visit visit)
{
    constexpr std::size_t kHeader = 4;
    while (bytes.size() >= kHeader) {
        std::uint16_t length = 0;
        Attribute attribute;
        std::memcpy(&length, bytes.data(), sizeof length);
        std::memcpy(&attribute.type, bytes.data() + sizeof length, sizeof attribute.type);
        if (length < kHeader || length > bytes.size())
            return fail(Failed::parse, "an attribute longer than its message");
        attribute.payload = bytes.subspan(kHeader, length - kHeader);
        ONLAN_CHECK(visit(attribute));
        bytes = bytes.subspan(
            std::min<std::size_t>((length + kHeader - 1) / kHeader * kHeader, bytes.size()));
    }
    return {};
}

} // namespace onlan::plan
