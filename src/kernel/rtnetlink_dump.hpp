#pragma once

#include <vector>

#include "base/result.hpp"
#include "kernel/netlink_socket.hpp"
#include "model/link.hpp"

namespace onlan::kernel {

// Everything of one kind in the socket's network namespace, of IPv4 and IPv6 where there are two.
// `socket` is one of NETLINK_ROUTE. Which links are Wi-Fi is asked in this thread's namespace.
[[nodiscard]] Result<std::vector<model::Link>> dump_links(NetlinkSocket& socket);
[[nodiscard]] Result<std::vector<model::Address>> dump_addresses(NetlinkSocket& socket);
[[nodiscard]] Result<std::vector<model::Route>> dump_routes(NetlinkSocket& socket);
[[nodiscard]] Result<std::vector<model::Rule>> dump_rules(NetlinkSocket& socket);
[[nodiscard]] Result<std::vector<model::Neighbour>> dump_neighbours(NetlinkSocket& socket);
[[nodiscard]] Result<std::vector<model::FdbEntry>> dump_fdb(NetlinkSocket& socket);

} // namespace onlan::kernel
