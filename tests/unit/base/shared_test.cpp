#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/shared.hpp"

namespace onlan {
namespace {

using Names = Shared<std::vector<std::string>>;

TEST(Shared, BeginsEmpty)
{
    Names names;
    EXPECT_TRUE(names->empty());
    names.edit().emplace_back("eth0");
    EXPECT_TRUE(Names()->empty());
}

TEST(Shared, CopiesShareWhatNobodyEdits)
{
    const Names one = std::vector<std::string>{"eth0"};
    const Names other = one; // NOLINT(performance-unnecessary-copy-initialization): it is tested
    EXPECT_TRUE(other.is_copy_of(one));
    EXPECT_EQ(&*one, &*other);
}

TEST(Shared, AnEditIsOfOneCopyOnly)
{
    const Names one = std::vector<std::string>{"eth0"};
    Names other = one;
    other.edit().emplace_back("eth1");
    EXPECT_THAT(*one, testing::ElementsAre("eth0"));
    EXPECT_THAT(*other, testing::ElementsAre("eth0", "eth1"));
    EXPECT_FALSE(other.is_copy_of(one));
}

TEST(Shared, AnEditOfTheOnlyOneCopiesNothing)
{
    Names names = std::vector<std::string>{"eth0"};
    const auto* before = &*names;
    names.edit().emplace_back("eth1");
    EXPECT_EQ(&*names, before);
}

TEST(Shared, ComparesByValue)
{
    const Names one = std::vector<std::string>{"eth0"};
    EXPECT_EQ(one, Names(std::vector<std::string>{"eth0"}));
    EXPECT_NE(one, Names(std::vector<std::string>{"eth1"}));
}

TEST(Shared, WhatWasMovedFromKeepsItsValue)
{
    Names one = std::vector<std::string>{"eth0"};
    const Names other = std::move(one);
    EXPECT_EQ(one, other); // NOLINT(bugprone-use-after-move): it is tested
}

} // namespace
} // namespace onlan
