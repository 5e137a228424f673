#pragma once

#include <optional>

#include <linux/netlink.h>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::kernel {

// One rtnetlink message as the kernel sends it in a dump, as the value it stands for. Pure, and
// safe on any bytes: what is malformed is an error or is left at its default, never read past its
// end.
//
// Sources: net/ipv4/devinet.c, net/ipv6/addrconf.c, net/ipv4/fib_semantics.c,
// net/core/fib_rules.c, net/core/neighbour.c, net/bridge/br_fdb.c.

[[nodiscard]] Result<model::Address> address_from_message(const nlmsghdr& message);
// Nothing for a route that is not in a table but learnt by one flow (RTM_F_CLONED).
[[nodiscard]] Result<std::optional<model::Route>> route_from_message(const nlmsghdr& message);
// Nothing for families other than IPv4 and IPv6.
[[nodiscard]] Result<std::optional<model::Rule>> rule_from_message(const nlmsghdr& message);
[[nodiscard]] Result<std::optional<model::Neighbour>>
neighbour_from_message(const nlmsghdr& message);
// Nothing for an entry without a MAC address, such as a VXLAN default.
[[nodiscard]] Result<std::optional<model::FdbEntry>> fdb_from_message(const nlmsghdr& message);

} // namespace onlan::kernel
