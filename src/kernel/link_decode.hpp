#pragma once

#include <vector>

#include <linux/netlink.h>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::kernel {

// Devices as the kernel sends them in a dump. Pure, and safe on any bytes: what is malformed is an
// error or is left at its default.
//
// Sources: net/core/rtnetlink.c, rtnl_fill_ifinfo(); net/bridge/br_netlink.c.

[[nodiscard]] Result<model::Link> link_from_message(const nlmsghdr& message);

// The VLANs of one bridge or port: an answer of family AF_BRIDGE, asked for with
// RTEXT_FILTER_BRVLAN_COMPRESSED.
struct LinkVlans {
    int link = 0; // index
    std::vector<model::VlanRange> vlans;
};
[[nodiscard]] Result<LinkVlans> vlans_from_message(const nlmsghdr& message);

// The index of a device with a qdisc that can filter what comes in or goes out; 0 for any other
// qdisc.
[[nodiscard]] Result<int> filtering_qdisc_from_message(const nlmsghdr& message);

} // namespace onlan::kernel
