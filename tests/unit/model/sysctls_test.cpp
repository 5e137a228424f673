#include <gtest/gtest.h>

#include "model/netns.hpp"
#include "model/sysctls.hpp"

namespace onlan::model {
namespace {

template <const auto& Folder, const auto& Name>
concept Listed = requires { typename std::integral_constant<std::size_t, Folder.index(Name)>; };

constexpr char kListed[] = "rp_filter";
constexpr char kMisspelt[] = "rp_fliter";

TEST(Sysctls, AreFoundByTheCompiler)
{
    static_assert(Listed<kIpv4Conf, kListed>);
    static_assert(!Listed<kIpv4Conf, kMisspelt>);
    static_assert(!Listed<kIpv6Conf, kListed>);
}

TEST(Sysctls, AreNamedAsSysctl8NamesThem)
{
    EXPECT_EQ(kIpv4Sysctls["ip_forward"].name(), "net.ipv4.ip_forward");
    EXPECT_EQ(kIpv4Conf["rp_filter"].name("eth0.100"), "net.ipv4.conf.eth0/100.rp_filter");
    EXPECT_EQ(kIcmpv6Sysctls["ratelimit"].name(), "net.ipv6.icmp.ratelimit");
}

TEST(Sysctls, AreEmptyWhereTheKernelDoesNotHaveThem)
{
    Netns netns;
    netns.sysctls = {{"net.ipv4.ip_forward", "0"}, {"net.ipv4.conf.eth0.rp_filter", "2"}};
    EXPECT_EQ(netns.sysctl(kIpv4Sysctls["ip_forward"]), "0");
    EXPECT_EQ(netns.sysctl(kIpv4Sysctls["ip_nonlocal_bind"]), "");
    EXPECT_EQ(netns.sysctl(kIpv4Conf["rp_filter"], "eth0"), "2");
    EXPECT_EQ(netns.sysctl(kIpv4Conf["rp_filter"], "eth1"), "");
}

} // namespace
} // namespace onlan::model
