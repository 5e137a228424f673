#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/prefix.hpp"
#include "unit/net/arbitrary.hpp"

namespace onlan::net {
namespace {

std::string error_of(const auto& result)
{
    return result ? "no error" : result.error().message;
}

RC_GTEST_PROP(PrefixText, ParsesToThePrefixThatItWasMadeFrom, (const Prefix& prefix))
{
    RC_ASSERT(*Prefix::parse(prefix.to_string()) == prefix);
}

RC_GTEST_PROP(Prefix, HoldsItsFirstAndLastAddressAndNotTheOnesBeside, (const Prefix& prefix))
{
    RC_ASSERT(prefix.contains(prefix.first()));
    RC_ASSERT(prefix.contains(prefix.last()));
    RC_ASSERT(prefix.length() == 0 || !prefix.contains(prefix.last().next()));
}

RC_GTEST_PROP(Prefix,
              OverlapsAnotherExactlyWhenOneHoldsTheOther,
              (const Prefix& one, const Prefix& other))
{
    const bool nested = one.contains(other.first()) || other.contains(one.first());
    RC_ASSERT(one.overlaps(other) == nested);
    RC_ASSERT(one.overlaps(other) == other.overlaps(one));
}

RC_GTEST_PROP(AddressRangeText, ParsesToTheRangeThatItWasMadeFrom, (const AddressRange& range))
{
    RC_ASSERT(*AddressRange::parse(range.to_string()) == range);
}

RC_GTEST_PROP(AddressRange,
              ItsEnclosingPrefixIsTheSmallestBlockThatHoldsIt,
              (const AddressRange& range))
{
    const Prefix block = range.enclosing_prefix();
    RC_ASSERT(block.contains(range.first) && block.contains(range.last));
    if (block.length() < address_bits(block.family()))
        RC_ASSERT(!Prefix::around(range.first, block.length() + 1).contains(range.last));
}

TEST(PrefixText, HostBitsAreAMistakeWithASuggestion)
{
    EXPECT_EQ(error_of(Prefix::parse("10.0.0.1/8")),
              "'10.0.0.1/8' is not a subnet: bits set after the prefix; did you mean 10.0.0.0/8?");
}

TEST(PrefixText, SaysWhatIsWrongWithTheLength)
{
    EXPECT_EQ(error_of(Prefix::parse("10.0.0.0")),
              "'10.0.0.0' is not a subnet such as 192.168.137.0/24: no '/LENGTH'");
    EXPECT_EQ(error_of(Prefix::parse("10.0.0.0/x")),
              "'10.0.0.0/x' is not a subnet such as 192.168.137.0/24: the length is not a number");
    EXPECT_EQ(error_of(Prefix::parse("10.0.0.0/-1")),
              "'10.0.0.0/-1' is not a subnet such as 192.168.137.0/24: the length is not a number");
    EXPECT_EQ(error_of(Prefix::parse("2001:db8::/129")),
              "'2001:db8::/129' is not a subnet such as 192.168.137.0/24: the length is over 128");
}

TEST(PrefixText, NoOtherTextIsAPrefix)
{
    for (const char* text : {"", "/", "/8", "10.0.0/8", "10.0.0.0/8 ", "a/8", "10.0.0.0/"})
        EXPECT_FALSE(Prefix::parse(text)) << text;
}

TEST(AddressRangeText, MayBeABlock)
{
    const auto range = AddressRange::parse("192.168.137.192/28");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->to_string(), "192.168.137.192-192.168.137.207");
}

TEST(AddressRangeText, HasToGoUpwardsWithinOneFamily)
{
    for (const char* text : {"10.0.0.2-10.0.0.1", "10.0.0.1-::1"})
        EXPECT_EQ(error_of(AddressRange::parse(text)),
                  "'" + std::string(text) +
                      "' is not a range: it has to go from a lower to a higher address");
}

TEST(AddressRange, ListsItsAddressesUpToALimit)
{
    const auto range = *AddressRange::parse("10.0.0.254-10.0.1.1");
    std::vector<std::string> listed;
    for (const IpAddress& address : range.addresses(3))
        listed.push_back(address.to_string());
    EXPECT_EQ(listed, (std::vector<std::string>{"10.0.0.254", "10.0.0.255", "10.0.1.0"}));
    EXPECT_EQ(range.addresses(100).size(), 4);
}

TEST(AddressRange, EndsAtTheLastAddressOfTheFamily)
{
    EXPECT_EQ(AddressRange::parse("255.255.255.254-255.255.255.255")->addresses(100).size(), 2);
}

} // namespace
} // namespace onlan::net
