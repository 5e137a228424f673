#include "kernel/ipsets.hpp"

#include <arpa/inet.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "base/subprocess.hpp"
#include "formats/ipset_save.hpp"
#include "kernel/message.hpp"
#include "kernel/modules.hpp"
#include "kernel/netlink_socket.hpp"

namespace onlan::kernel {
namespace {

// Lists their names only; says whether there was any.
Result<bool> has_sets()
{
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_NETFILTER));
    Message request(NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_LIST, 0,
                    nfgenmsg{.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = 0});
    request.put(IPSET_ATTR_PROTOCOL, std::uint8_t{IPSET_PROTOCOL_MIN});
    request.put(IPSET_ATTR_FLAGS | NLA_F_NET_BYTEORDER,
                static_cast<std::uint32_t>(htonl(IPSET_FLAG_LIST_SETNAME)));
    bool any = false;
    auto listed = socket.dump(
        request.header(), [&] { any = false; },
        [&](const nlmsghdr&) -> Result<> {
            any = true;
            return {};
        });
    // A kernel without them.
    if (!listed && (listed.error().code == std::errc::invalid_argument ||
                    listed.error().code == std::errc::operation_not_supported))
        return false;
    if (!listed)
        return Failure{std::move(listed).error()};
    return any;
}

} // namespace

Result<std::vector<model::IpSet>> list_ipsets()
{
    if (!has_module("ip_set"))
        return std::vector<model::IpSet>{};
    ONLAN_TRY(const bool any, has_sets());
    if (!any)
        return std::vector<model::IpSet>{};
    ONLAN_TRY(const Finished finished, run_program({"ipset", "save"}));
    if (finished.status != 0)
        return fail(Failed::refused, fmt::format("ipset save: {}", finished.errors));
    return formats::parse_ipset_save(finished.output);
}

} // namespace onlan::kernel
