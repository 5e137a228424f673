#pragma once

#include <linux/netlink.h>

#include "base/result.hpp"
#include "model/conntrack.hpp"

namespace onlan::kernel {

// Entries of connection tracking as the kernel sends them in a dump
// (net/netfilter/nf_conntrack_netlink.c, ctnetlink_fill_info() and ctnetlink_exp_fill_info()).
// Pure, and safe on any bytes.

[[nodiscard]] Result<model::Conntrack> conntrack_from_message(const nlmsghdr& message);
[[nodiscard]] Result<model::Expectation> expectation_from_message(const nlmsghdr& message);

} // namespace onlan::kernel
