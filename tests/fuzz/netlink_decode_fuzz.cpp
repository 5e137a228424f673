#include <cstring>
#include <vector>

#include "kernel/conntrack_decode.hpp"
#include "kernel/link_decode.hpp"
#include "kernel/netlink_decode.hpp"
#include "kernel/sockets.hpp"
#include "kernel/wireless.hpp"

// The length in the header is the socket's to check, so it is made right here; all else is any
// bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace onlan::kernel;
    if (size < 1)
        return 0;
    std::vector<std::uint8_t> message(sizeof(nlmsghdr) + size - 1);
    std::memcpy(message.data() + sizeof(nlmsghdr), data + 1, size - 1);
    auto& header = *reinterpret_cast<nlmsghdr*>(message.data());
    header.nlmsg_len = static_cast<std::uint32_t>(message.size());
    switch (data[0] % 13) {
    case 0:
        (void)link_from_message(header);
        break;
    case 1:
        (void)address_from_message(header);
        break;
    case 2:
        (void)route_from_message(header);
        break;
    case 3:
        (void)rule_from_message(header);
        break;
    case 4:
        (void)neighbour_from_message(header);
        break;
    case 5:
        (void)vlans_from_message(header);
        break;
    case 6:
        (void)filtering_qdisc_from_message(header);
        break;
    case 7:
        (void)conntrack_from_message(header);
        break;
    case 8:
        (void)expectation_from_message(header);
        break;
    case 9:
        (void)socket_from_message(header, 6);
        break;
    case 10:
        (void)family_id_from_message(header, "nl80211");
        break;
    case 11:
        (void)wireless_index_from_message(header);
        break;
    default:
        (void)fdb_from_message(header);
    }
    return 0;
}
