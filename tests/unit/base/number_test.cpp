#include <gtest/gtest.h>

#include "base/number.hpp"

namespace onlan {
namespace {

TEST(ParseNumber, TakesTheWholeTextOrNothing)
{
    EXPECT_EQ(parse_number<int>("-7"), -7);
    EXPECT_EQ(parse_number<std::uint8_t>("ff", 16), 255);
    for (const char* text : {"", "-", "-1", "+1", " 1", "1 ", "1x", "0x1", "256"})
        EXPECT_EQ(parse_number<std::uint8_t>(text), std::nullopt) << text;
}

TEST(ParseNumber, APrefixTellsTheBase)
{
    EXPECT_EQ(parse_prefixed_number<std::uint32_t>("0x1F"), 31U);
    EXPECT_EQ(parse_prefixed_number<std::uint32_t>("31"), 31U);
    for (const char* text : {"0x", "1F", "0x1G", "0x100000000"})
        EXPECT_EQ(parse_prefixed_number<std::uint32_t>(text), std::nullopt) << text;
}

} // namespace
} // namespace onlan
