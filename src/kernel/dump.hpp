#pragma once

#include <optional>
#include <vector>

#include "kernel/message.hpp"
#include "kernel/netlink_socket.hpp"

namespace onlan::kernel {

template <typename Value>
void keep(std::vector<Value>& values, Value value)
{
    values.push_back(std::move(value));
}

template <typename Value>
void keep(std::vector<Value>& values, std::optional<Value> value)
{
    if (value)
        values.push_back(*std::move(value));
}

// Sends a dump request and appends what `from_message` makes of each answer.
template <typename Value, typename FromMessage>
[[nodiscard]] Result<> dump_into(std::vector<Value>& values,
                                 NetlinkSocket& socket,
                                 Message request,
                                 FromMessage from_message)
{
    const std::size_t before = values.size();
    return socket.dump(
        request.header(), [&] { values.resize(before); },
        [&](const nlmsghdr& message) -> Result<> {
            ONLAN_TRY(auto value, from_message(message));
            keep(values, std::move(value));
            return {};
        });
}

} // namespace onlan::kernel
