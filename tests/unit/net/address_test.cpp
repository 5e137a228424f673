#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "unit/net/arbitrary.hpp"

namespace onlan::net {
namespace {

RC_GTEST_PROP(IpAddressText, ParsesToTheAddressThatItWasMadeFrom, (const IpAddress& address))
{
    RC_ASSERT(*IpAddress::parse(address.to_string()) == address);
}

RC_GTEST_PROP(IpAddress, TheNextOneIsHigherUnlessItIsTheLast, (const IpAddress& address))
{
    const IpAddress next = address.next();
    RC_ASSERT(next.family() == address.family());
    RC_ASSERT(next > address || next == IpAddress::any(address.family()));
}

RC_GTEST_PROP(MacAddressText, ParsesToTheAddressThatItWasMadeFrom, (const MacAddress& mac))
{
    RC_ASSERT(*MacAddress::parse(mac.to_string()) == mac);
}

TEST(IpAddress, TheNextOneCarriesOverAllBytes)
{
    EXPECT_EQ(IpAddress::parse("10.0.255.255")->next().to_string(), "10.1.0.0");
    EXPECT_EQ(IpAddress::parse("255.255.255.255")->next().to_string(), "0.0.0.0");
    EXPECT_EQ(IpAddress::parse("2001:db8::ffff")->next().to_string(), "2001:db8::1:0");
}

TEST(IpAddressText, NoOtherTextIsAnAddress)
{
    for (const char* text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", " 1.2.3.4", "1.2.3.4 ",
                             ":::", "1.2.3.4/8", "fe80::1%eth0", "router"})
        EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(IpAddress, HasFourOrSixteenBytes)
{
    const std::array<std::uint8_t, 5> bytes{};
    EXPECT_EQ(IpAddress::from_bytes(bytes), std::nullopt);
}

TEST(MacAddressText, NoOtherTextIsAMacAddress)
{
    for (const char* text : {"", "02:00:00:00:00", "02:00:00:00:00:00:00", "02-00-00-00-00-00",
                             "2:0:0:0:0:0", "02:00:00:00:00:0g", "020000000000"})
        EXPECT_FALSE(MacAddress::parse(text)) << text;
}

} // namespace
} // namespace onlan::net
