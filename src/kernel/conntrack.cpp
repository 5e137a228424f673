#include "kernel/conntrack.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include "kernel/conntrack_decode.hpp"
#include "kernel/message.hpp"
#include "kernel/modules.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/sysctl.hpp"

namespace onlan::kernel {
namespace {

template <typename Value, typename DecodeMessage>
Result<> dump_table(NetlinkSocket& socket,
                    std::uint16_t kind,
                    std::vector<Value>& values,
                    DecodeMessage from_message)
{
    const nfgenmsg all{.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = 0};
    Message request(kind, 0, all);
    return socket.dump(
        request.header(), [&] { values.clear(); },
        [&](const nlmsghdr& message) -> Result<> {
            ONLAN_TRY(auto value, from_message(message));
            values.push_back(std::move(value));
            return {};
        });
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
    ONLAN_CHECK(dump_table(socket, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, found.entries,
                           conntrack_from_message));
    ONLAN_CHECK(dump_table(socket, NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET,
                           found.expectations, expectation_from_message));
    return found;
}

} // namespace onlan::kernel
