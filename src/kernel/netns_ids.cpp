#include "kernel/netns_ids.hpp"

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/message.hpp"

namespace onlan::kernel {

Result<std::optional<int>> netns_id(NetlinkSocket& socket, const NetnsHandle& other)
{
    std::optional<int> id;
    Message request(RTM_GETNSID, 0, rtgenmsg{.rtgen_family = AF_UNSPEC});
    request.put(NETNSA_FD, static_cast<std::uint32_t>(other.fd()));
    ONLAN_CHECK(socket.ask(request.header(), [&](const nlmsghdr& message) -> Result<> {
        ONLAN_TRY(const auto decoded, decode<rtgenmsg>(message));
        return visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
            if (attribute.type() == NETNSA_NSID)
                id = attribute.as<std::int32_t>();
        });
    }));
    if (id == NETNSA_NSID_NOT_ASSIGNED)
        id.reset();
    return id;
}

} // namespace onlan::kernel
