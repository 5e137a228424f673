#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <unistd.h>

#include <gtest/gtest.h>

#include "collect/namespaces.hpp"
#include "kernel/netns.hpp"

namespace onlan::collect {
namespace {

TEST(Namespaces, AFileThatIsNoNamespaceIsNotOpenedAsOne)
{
    std::string file = "/tmp/onlan-XXXXXX";
    const int fd = ::mkstemp(file.data());
    ASSERT_GE(fd, 0);
    const auto opened = kernel::NetnsHandle::open(file);
    EXPECT_FALSE(opened);
    EXPECT_EQ(opened.error().code, std::errc::invalid_argument);
    EXPECT_TRUE(kernel::NetnsHandle::open("/proc/thread-self/ns/net"));
    ::close(fd);
    std::filesystem::remove(file);
}

TEST(Namespaces, AProcessThatHasEndedLeadsToNone)
{
    const auto found = find_namespaces({{.pid = -1, .netns = 1, .program = "gone"}}, nullptr);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->contains(1));
    EXPECT_EQ(std::ranges::count(*found, "host", [](const auto& one) { return one.second.name; }),
              1);
}

} // namespace
} // namespace onlan::collect
