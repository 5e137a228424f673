#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/socket.hpp"

namespace onlan::formats {

// The waiting sockets of /proc/net/tcp, tcp6, udp or udp6 (net/ipv4/tcp_ipv4.c, get_tcp4_sock() and
// its siblings). An error names the line.
[[nodiscard]] Result<std::vector<model::Socket>> sockets_from_proc(std::string_view text,
                                                                   std::uint8_t protocol);

} // namespace onlan::formats
