#pragma once

#include <vector>

#include "base/result.hpp"
#include "kernel/netlink_socket.hpp"
#include "model/netns.hpp"

namespace onlan::collect {

// Everything in this thread's network namespace that decides what happens to a packet, without its
// name and how it calls its neighbours. `socket` is one of NETLINK_ROUTE here, and `links` what it
// tells. Changes nothing. What cannot be read does not spoil the rest: `unread` says it.
[[nodiscard]] Result<model::Netns> collect_netns(kernel::NetlinkSocket& socket,
                                                 std::vector<model::Link> links);

} // namespace onlan::collect
