#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "base/result.hpp"
#include "net/netlink_attributes.hpp"

namespace onlan::kernel {

using net::Attribute;
using net::visit_attributes;
using net::visit_nested;

// A message's fixed part, and the bytes of its attributes.
template <typename Fixed>
struct Decoded {
    Fixed fixed{};
    std::span<const std::uint8_t> attributes;
};

template <typename Fixed>
[[nodiscard]] Result<Decoded<Fixed>> decode(const nlmsghdr& message)
{
    if (message.nlmsg_len < mnl_nlmsg_size(sizeof(Fixed)))
        return fail(Failed::parse, "netlink: a message shorter than its header");
    const std::span payload(static_cast<const std::uint8_t*>(mnl_nlmsg_get_payload(&message)),
                            message.nlmsg_len - net::netlink_align(sizeof(nlmsghdr)));
    Decoded<Fixed> decoded;
    std::memcpy(&decoded.fixed, payload.data(), sizeof(Fixed));
    decoded.attributes =
        payload.subspan(std::min(net::netlink_align(sizeof(Fixed)), payload.size()));
    return decoded;
}

} // namespace onlan::kernel
