#pragma once

#include <exception>
#include <thread>

#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "kernel/netlink_socket.hpp"

namespace onlan::kernel {

// Runs the body of a test in a network namespace that ends with it. Needs root; on CI it is an
// error not to have it.
template <typename Body>
void in_own_netns(Body body)
{
    if (::geteuid() != 0 && std::getenv("CI") == nullptr)
        GTEST_SKIP() << "needs root, to make a network namespace";
    std::jthread([&] {
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
        auto socket = NetlinkSocket::open(NETLINK_ROUTE);
        ASSERT_TRUE(socket) << socket.error().message;
        body(*socket);
    }).join();
}

#define EXPECT_OK(...)                                                                             \
    do {                                                                                           \
        const auto onlan_done = (__VA_ARGS__);                                                     \
        EXPECT_TRUE(onlan_done) << onlan_done.error().message;                                     \
    } while (false)

} // namespace onlan::kernel
