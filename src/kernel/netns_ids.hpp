#pragma once

#include <optional>

#include "base/result.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/netns.hpp"

namespace onlan::kernel {

// The number by which the socket's namespace calls `other` (ip-netns(8), nsid): what
// Link::peer_netnsid says. Nothing when it has none for it. Asking makes none.
[[nodiscard]] Result<std::optional<int>> netns_id(NetlinkSocket& socket, const NetnsHandle& other);

} // namespace onlan::kernel
