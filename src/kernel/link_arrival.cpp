#include "kernel/link_arrival.hpp"

#include <array>

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "kernel/netlink_socket.hpp"

namespace onlan::kernel {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool exists(const std::string& link)
{
    return ::if_nametoindex(link.c_str()) != 0;
}

// That something happened is enough: what there is now is looked up afterwards.
void await_event(int events, milliseconds patience)
{
    pollfd wait = {.fd = events, .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, static_cast<int>(patience.count()));
    std::array<char, 1> start{};
    while (::recv(events, start.data(), start.size(), MSG_DONTWAIT) >= 0) {
    }
}

} // namespace

Result<std::set<std::string>> await_links(std::set<std::string> names, milliseconds patience)
{
    const auto deadline = steady_clock::now() + patience;
    // Opened before the first look, so that nothing appears unseen between the two.
    const MnlSocket events{mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC)};
    if (!events || mnl_socket_bind(events.get(), RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0)
        return fail_errno("subscribe to the kernel's link notifications");
    for (;;) {
        std::erase_if(names, exists);
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (names.empty() || left <= milliseconds{0})
            return names;
        await_event(mnl_socket_get_fd(events.get()), left);
    }
}

} // namespace onlan::kernel
