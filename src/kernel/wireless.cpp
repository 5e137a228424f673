#include "kernel/wireless.hpp"

#include <linux/genetlink.h>
#include <linux/nl80211.h>

#include "kernel/attributes.hpp"
#include "kernel/message.hpp"
#include "kernel/netlink_socket.hpp"

namespace onlan::kernel {
namespace {

// A dump of all families: to ask for one by its name would load its module
// (net/netlink/genetlink.c, ctrl_getfamily()).
Result<std::optional<std::uint16_t>> find_family(NetlinkSocket& socket, std::string_view name)
{
    Message request(GENL_ID_CTRL, 0, genlmsghdr{.cmd = CTRL_CMD_GETFAMILY, .version = 1});
    std::optional<std::uint16_t> found;
    ONLAN_CHECK(socket.dump(
        request.header(), [&] { found.reset(); },
        [&](const nlmsghdr& message) -> Result<> {
            ONLAN_TRY(const auto id, family_id_from_message(message, name));
            if (id)
                found = id;
            return {};
        }));
    return found;
}

} // namespace

Result<std::set<int>> dump_wireless()
{
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_GENERIC));
    ONLAN_TRY(const auto nl80211, find_family(socket, NL80211_GENL_NAME));
    std::set<int> indices;
    if (!nl80211)
        return indices;
    Message request(*nl80211, 0, genlmsghdr{.cmd = NL80211_CMD_GET_INTERFACE, .version = 1});
    ONLAN_CHECK(socket.dump(
        request.header(), [&] { indices.clear(); },
        [&](const nlmsghdr& message) -> Result<> {
            ONLAN_TRY(const auto index, wireless_index_from_message(message));
            if (index)
                indices.insert(*index);
            return {};
        }));
    return indices;
}

Result<std::optional<std::uint16_t>> family_id_from_message(const nlmsghdr& message,
                                                            std::string_view name)
{
    ONLAN_TRY(const auto decoded, decode<genlmsghdr>(message));
    std::optional<std::uint16_t> id;
    bool is_named = false;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == CTRL_ATTR_FAMILY_ID)
            id = attribute.as<std::uint16_t>();
        else if (attribute.type() == CTRL_ATTR_FAMILY_NAME)
            is_named = attribute.text() == name;
    }));
    return is_named ? id : std::nullopt;
}

Result<std::optional<int>> wireless_index_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<genlmsghdr>(message));
    std::optional<int> index;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == NL80211_ATTR_IFINDEX)
            index = attribute.as<int>();
    }));
    return index;
}

} // namespace onlan::kernel
