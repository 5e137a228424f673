#include <gtest/gtest.h>

#include "formats/fib_trie.hpp"

namespace onlan::formats {
namespace {

constexpr std::string_view kOwnAddress = "  +-- 10.0.0.0/24 2 0 2\n"
                                         "     |-- 10.0.0.1\n"
                                         "        /32 host LOCAL\n";
constexpr std::string_view kNetwork = "  |-- 10.0.0.0\n"
                                      "     /24 link UNICAST\n";

std::optional<bool> separate(std::string_view first,
                             std::string_view in_first,
                             std::string_view second = {},
                             std::string_view in_second = {})
{
    std::string tries;
    for (const std::string_view part : {first, in_first, second, in_second})
        tries += part;
    return has_separate_local_table(tries);
}

TEST(FibTrie, OneTableIsShownUnderBothNames)
{
    EXPECT_EQ(separate("Main:\n", kOwnAddress, "Local:\n", kOwnAddress), false);
}

TEST(FibTrie, OfTwoTablesOnlyOneHasTheAddressesOfThisHost)
{
    EXPECT_EQ(separate("Main:\n", kNetwork, "Local:\n", kOwnAddress), true);
    EXPECT_EQ(separate("Local:\n", kOwnAddress, "Main:\n", kNetwork), true);
}

TEST(FibTrie, WithoutRoutesOfUsersThereIsNoMainTable)
{
    EXPECT_EQ(separate("Local:\n", kOwnAddress), true);
    EXPECT_EQ(separate("", ""), std::nullopt);
}

} // namespace
} // namespace onlan::formats
