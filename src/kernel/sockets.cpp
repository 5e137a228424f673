#include "kernel/sockets.hpp"

#include <array>
#include <string>

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/file.hpp"
#include "formats/proc_sockets.hpp"
#include "kernel/dump.hpp"
#include "kernel/modules.hpp"

namespace onlan::kernel {
namespace {

constexpr std::array<std::uint8_t, 2> kSocketFamilies = {AF_INET, AF_INET6};
constexpr std::array<std::uint8_t, 2> kProtocols = {IPPROTO_TCP, IPPROTO_UDP};

// A socket that waits: a listener, or a UDP socket that is not connected (net/ipv4/udp.c leaves
// those in TCP_CLOSE).
constexpr std::uint32_t waiting_state(std::uint8_t protocol)
{
    return 1U << (protocol == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE);
}

Result<> ask(NetlinkSocket& socket,
             std::uint8_t family,
             std::uint8_t protocol,
             std::vector<model::Socket>& sockets)
{
    const inet_diag_req_v2 all{.sdiag_family = family,
                               .sdiag_protocol = protocol,
                               .idiag_ext = 0,
                               .pad = 0,
                               .idiag_states = waiting_state(protocol),
                               .id = {}};
    return dump_into(
        sockets, socket, Message(SOCK_DIAG_BY_FAMILY, 0, all),
        [&](const nlmsghdr& message) { return socket_from_message(message, protocol); });
}

Result<std::vector<model::Socket>> list_in_proc()
{
    std::vector<model::Socket> sockets;
    for (const auto& [file, protocol] :
         {std::pair{"tcp", IPPROTO_TCP}, std::pair{"tcp6", IPPROTO_TCP},
          std::pair{"udp", IPPROTO_UDP}, std::pair{"udp6", IPPROTO_UDP}}) {
        const auto text = read_file(std::string("/proc/thread-self/net/") + file);
        if (!text)
            continue; // a kernel without IPv6
        ONLAN_TRY(auto found,
                  formats::sockets_from_proc(*text, static_cast<std::uint8_t>(protocol)));
        sockets.insert(sockets.end(), found.begin(), found.end());
    }
    return sockets;
}

} // namespace

Result<std::optional<model::Socket>> socket_from_message(const nlmsghdr& message,
                                                         std::uint8_t protocol)
{
    ONLAN_TRY(const auto decoded, decode<inet_diag_msg>(message));
    const inet_diag_msg& fixed = decoded.fixed;
    const bool ipv6 = fixed.idiag_family == AF_INET6;
    const std::span address(reinterpret_cast<const std::uint8_t*>(fixed.id.idiag_src),
                            ipv6 ? sizeof(in6_addr) : sizeof(in_addr));
    if (fixed.id.idiag_dport != 0)
        return std::optional<model::Socket>{};
    model::Socket socket{.protocol = protocol,
                         .address = *net::IpAddress::from_bytes(address),
                         .port = ntohs(fixed.id.idiag_sport),
                         .link = static_cast<int>(fixed.id.idiag_if),
                         .owner = fixed.idiag_uid,
                         .inode = fixed.idiag_inode};
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        if (attribute.type() == INET_DIAG_SKV6ONLY)
            socket.ipv6_only = attribute.is_set();
        else if (attribute.type() == INET_DIAG_MARK)
            socket.mark = attribute.value_or<std::uint32_t>(0);
        else if (attribute.type() == INET_DIAG_SOCKOPT)
            socket.transparent = attribute.value_or<inet_diag_sockopt>({}).transparent != 0;
    }));
    return std::optional(socket);
}

Result<std::vector<model::Socket>> list_sockets()
{
    if (!has_module("tcp_diag") || !has_module("udp_diag"))
        return list_in_proc();
    ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_SOCK_DIAG));
    std::vector<model::Socket> sockets;
    for (const std::uint8_t protocol : kProtocols) {
        for (const std::uint8_t family : kSocketFamilies)
            ONLAN_CHECK(ask(socket, family, protocol, sockets));
    }
    return sockets;
}

} // namespace onlan::kernel
