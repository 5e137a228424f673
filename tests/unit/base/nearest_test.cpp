#include <array>

#include <gtest/gtest.h>

#include "base/nearest.hpp"

namespace onlan {
namespace {

constexpr std::array<std::string_view, 3> kWords = {"up", "down", "status"};

TEST(Nearest, AMistypedWordIsKnownAgain)
{
    EXPECT_EQ(did_you_mean("dwon", kWords), "; did you mean 'down'?");
    EXPECT_EQ(did_you_mean("statsu", kWords), "; did you mean 'status'?");
}

TEST(Nearest, AWordThatIsNearNoneGetsTheWholeList)
{
    EXPECT_EQ(did_you_mean("fly", kWords), "; expected one of: up, down, status");
    EXPECT_EQ(did_you_mean("", kWords), "; expected one of: up, down, status");
}

} // namespace
} // namespace onlan
