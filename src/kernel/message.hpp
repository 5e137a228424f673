#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "kernel/attributes.hpp"

namespace onlan::kernel {

// A netlink request under construction: header, a family's fixed part, attributes. The buffer is
// larger than any request that onlan makes; running over it is a programming error that libmnl's
// *_check functions turn into a refused attribute, which the kernel then reports.
class Message {
public:
    template <typename Fixed>
    Message(std::uint16_t type, std::uint16_t flags, const Fixed& fixed)
    {
        static_assert(std::is_trivially_copyable_v<Fixed>);
        header_ = mnl_nlmsg_put_header(bytes_.data());
        header_->nlmsg_type = type;
        header_->nlmsg_flags = flags;
        *static_cast<Fixed*>(mnl_nlmsg_put_extra_header(header_, sizeof(Fixed))) = fixed;
    }

    void put(std::uint16_t type, std::uint8_t value) { put_value(type, value); }
    void put(std::uint16_t type, std::uint16_t value) { put_value(type, value); }
    void put(std::uint16_t type, std::uint32_t value) { put_value(type, value); }
    void put(std::uint16_t type, std::span<const std::uint8_t> bytes)
    {
        mnl_attr_put_check(header_, bytes_.size(), type, bytes.size(), bytes.data());
    }
    void put(std::uint16_t type, const std::string& text)
    {
        mnl_attr_put_strz_check(header_, bytes_.size(), type, text.c_str());
    }

    // Attributes that `fill` puts go into a nested one.
    template <typename Fill>
    void nest(std::uint16_t type, Fill fill)
    {
        nlattr* start = mnl_attr_nest_start(header_, type);
        fill();
        mnl_attr_nest_end(header_, start);
    }

    // Bytes that are attributes already, or a nested message's fixed part.
    void append(std::span<const std::uint8_t> bytes)
    {
        const std::size_t padded =
            (bytes.size() + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO;
        if (header_->nlmsg_len + padded > bytes_.size())
            return;
        auto* end = static_cast<std::uint8_t*>(mnl_nlmsg_get_payload_tail(header_));
        std::ranges::copy(bytes, end);
        header_->nlmsg_len += static_cast<std::uint32_t>(padded);
    }

    [[nodiscard]] nlmsghdr& header() noexcept { return *header_; }

private:
    template <typename Value>
    void put_value(std::uint16_t type, Value value)
    {
        mnl_attr_put_check(header_, bytes_.size(), type, sizeof value, &value);
    }

    std::vector<char> bytes_ = std::vector<char>(8192);
    nlmsghdr* header_ = nullptr;
};

} // namespace onlan::kernel
