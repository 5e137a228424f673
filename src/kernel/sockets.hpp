#pragma once

#include <optional>
#include <vector>

#include <linux/netlink.h>

#include "base/result.hpp"
#include "model/socket.hpp"

namespace onlan::kernel {

// TCP listeners and unconnected UDP sockets of this thread's network namespace, without the
// programs that hold them. A kernel without the code for asking is read in /proc, which does not
// tell devices, marks and `ipv6_only`.
[[nodiscard]] Result<std::vector<model::Socket>> list_sockets();

// One answer to a sock_diag(7) request for sockets of `protocol`. Pure, and safe on any bytes.
[[nodiscard]] Result<std::optional<model::Socket>> socket_from_message(const nlmsghdr& message,
                                                                       std::uint8_t protocol);

} // namespace onlan::kernel
