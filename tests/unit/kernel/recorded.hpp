#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <linux/netlink.h>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "net/netlink_attributes.hpp"
#include "unit/test_data.hpp"

namespace onlan::kernel {

// What a kernel answered to a dump (tests/data/record_netlink.py).
class Recorded {
public:
    explicit Recorded(const std::string& name)
    {
        auto bytes = read_file(test_data("netlink/" + name));
        EXPECT_TRUE(bytes) << bytes.error().message;
        bytes_ = std::move(*bytes);
    }

    // Calls `visit` with each answer, each in memory of its own: reading past its end is an error
    // that a sanitizer sees.
    template <typename Visit>
    void visit(Visit visit) const
    {
        for (std::size_t at = 0; at + sizeof(nlmsghdr) <= bytes_.size();) {
            nlmsghdr header{};
            std::memcpy(&header, bytes_.data() + at, sizeof header);
            if (header.nlmsg_type == NLMSG_DONE)
                return;
            std::vector<char> message(bytes_.begin() + static_cast<std::ptrdiff_t>(at),
                                      bytes_.begin() +
                                          static_cast<std::ptrdiff_t>(at + header.nlmsg_len));
            visit(*reinterpret_cast<const nlmsghdr*>(message.data()));
            at += net::netlink_align(header.nlmsg_len);
        }
    }

    // The values that `decode` makes of all of them.
    template <typename Value, typename Decode>
    [[nodiscard]] std::vector<Value> values(Decode decode) const
    {
        std::vector<Value> values;
        visit([&](const nlmsghdr& message) {
            auto decoded = decode(message);
            ASSERT_TRUE(decoded) << decoded.error().message;
            add(values, *decoded);
        });
        return values;
    }

private:
    template <typename Value>
    static void add(std::vector<Value>& values, const Value& value)
    {
        values.push_back(value);
    }
    template <typename Value>
    static void add(std::vector<Value>& values, const std::optional<Value>& value)
    {
        if (value)
            values.push_back(*value);
    }

    std::string bytes_;
};

} // namespace onlan::kernel
