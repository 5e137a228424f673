#include <gtest/gtest.h>

#include "base/result.hpp"

namespace onlan {
namespace {

Result<int> half_of(int number)
{
    if (number % 2 != 0)
        return fail(Failed::parse, "an odd number");
    return number / 2;
}

Result<int> quarter_of(int number)
{
    ONLAN_TRY(const int half, half_of(number));
    return half_of(half);
}

Result<> check_even(int number)
{
    ONLAN_CHECK(half_of(number));
    return {};
}

TEST(Result, TryGivesTheValueOrReturnsTheError)
{
    EXPECT_EQ(quarter_of(12).value(), 3);
    EXPECT_EQ(quarter_of(6).error().message, "an odd number");
}

TEST(Result, CheckReturnsTheErrorOnly)
{
    EXPECT_TRUE(check_even(2));
    EXPECT_EQ(check_even(3).error().code, Failed::parse);
}

TEST(Error, EachLayerAddsItsClauseInFront)
{
    Error error = half_of(1).error();
    EXPECT_EQ(std::move(error).within("read the file").within("up").message,
              "up: read the file: an odd number");
}

TEST(Error, AnErrnoKeepsItsNumberAndItsWords)
{
    const Result<> failed = fail_errno("open the file", ENOENT);
    EXPECT_EQ(failed.error().code, std::errc::no_such_file_or_directory);
    EXPECT_EQ(failed.error().message, "open the file: No such file or directory");
}

} // namespace
} // namespace onlan
