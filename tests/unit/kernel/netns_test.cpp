#include <gtest/gtest.h>

#include "kernel/netns.hpp"

namespace onlan::kernel {
namespace {

TEST(Netns, AFileThatIsNoNamespaceIsNotOpenedAsOne)
{
    const auto opened = NetnsHandle::open("/proc/self/exe");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, std::errc::invalid_argument);
    EXPECT_TRUE(NetnsHandle::open("/proc/thread-self/ns/net"));
}

} // namespace
} // namespace onlan::kernel
