#include "kernel/conntrack.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include "kernel/conntrack_decode.hpp"
#include "kernel/dump.hpp"
#include "kernel/modules.hpp"
#include "kernel/sysctl.hpp"

namespace onlan::kernel {
namespace {

Message all_of(std::uint16_t kind)
{
    return {kind, 0, nfgenmsg{.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = 0}};
}

} // namespace

Result<TrackedConnections> list_conntrack()
{
    TrackedConnections found;
    // All namespaces share one hash table, and a dump walks all of it (ctnetlink_dump_table()): ten
    // milliseconds for a large one. There are no expectations without entries either.
    if (!has_module("nf_conntrack") || read_sysctl("net.netfilter.nf_conntrack_count") == "0")
        return found;
    if (!has_module("nf_conntrack_netlink"))
        return fail(Failed::missing_feature,
                    "the tracked connections: nf_conntrack_netlink is not loaded "
                    "(modprobe nf_conntrack_netlink)");
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_NETFILTER));
    ONLAN_CHECK(dump_into(found.entries, socket,
                          all_of(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET),
                          conntrack_from_message));
    ONLAN_CHECK(dump_into(found.expectations, socket,
                          all_of(NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET),
                          expectation_from_message));
    return found;
}

} // namespace onlan::kernel
