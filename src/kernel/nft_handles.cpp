#include "kernel/nft_handles.hpp"

#include <endian.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "kernel/dump.hpp"

namespace onlan::kernel {
namespace {

Result<std::uint64_t> handle_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<nfgenmsg>(message));
    std::uint64_t handle = 0;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == NFTA_RULE_HANDLE)
            handle = be64toh(attribute.value_or<std::uint64_t>(0));
    }));
    return handle;
}

} // namespace

Result<std::vector<std::uint64_t>>
rule_handles(std::uint8_t family, const std::string& table, const std::string& chain)
{
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_NETFILTER));
    Message request(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, 0,
                    nfgenmsg{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0});
    request.put(NFTA_RULE_TABLE, table);
    request.put(NFTA_RULE_CHAIN, chain);
    std::vector<std::uint64_t> handles;
    ONLAN_CHECK(dump_into(handles, socket, std::move(request), handle_from_message));
    return handles;
}

} // namespace onlan::kernel
