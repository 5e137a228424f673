#include <algorithm>

#include <gtest/gtest.h>

#include "collect/namespaces.hpp"

namespace onlan::collect {
namespace {

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
