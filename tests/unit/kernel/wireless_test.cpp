#include <linux/genetlink.h>
#include <linux/nl80211.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/message.hpp"
#include "kernel/wireless.hpp"
#include "unit/kernel/recorded.hpp"

namespace onlan::kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint16_t kAnyFamily = 0x20;

std::vector<std::uint16_t> families_named(std::string_view name)
{
    return Recorded("families-6.18.nl").values<std::uint16_t>([&](const nlmsghdr& message) {
        return family_id_from_message(message, name);
    });
}

TEST(Wireless, AFamilyIsFoundByItsWholeName)
{
    EXPECT_THAT(families_named("nlctrl"), ElementsAre(GENL_ID_CTRL));
    EXPECT_THAT(families_named("nlctr"), IsEmpty());
    EXPECT_THAT(families_named("nl80211"), IsEmpty()); // the kernel that was recorded has no Wi-Fi
}

TEST(Wireless, AnInterfaceTellsItsIndex)
{
    Message message(kAnyFamily, 0, genlmsghdr{.cmd = NL80211_CMD_NEW_INTERFACE});
    message.put(NL80211_ATTR_IFNAME, std::string("wlp3s0"));
    message.put(NL80211_ATTR_IFINDEX, std::uint32_t{7});
    EXPECT_EQ(wireless_index_from_message(message.header()).value(), 7);
}

TEST(Wireless, ADeviceWithoutAnInterfaceHasNone)
{
    Message message(kAnyFamily, 0, genlmsghdr{.cmd = NL80211_CMD_NEW_INTERFACE});
    message.put(NL80211_ATTR_IFTYPE, std::uint32_t{NL80211_IFTYPE_P2P_DEVICE});
    EXPECT_EQ(wireless_index_from_message(message.header()).value(), std::nullopt);
}

TEST(Wireless, AMalformedMessageIsAnError)
{
    Message message(kAnyFamily, 0, genlmsghdr{.cmd = NL80211_CMD_NEW_INTERFACE});
    message.put(NL80211_ATTR_IFINDEX, std::uint32_t{7});
    message.header().nlmsg_len -= 1;
    EXPECT_FALSE(wireless_index_from_message(message.header()));
    EXPECT_FALSE(family_id_from_message(message.header(), "nlctrl"));
    message.header().nlmsg_len = sizeof(nlmsghdr);
    EXPECT_FALSE(wireless_index_from_message(message.header()));
    EXPECT_FALSE(family_id_from_message(message.header(), "nlctrl"));
}

TEST(Wireless, ThisKernelAnswers)
{
    const auto indices = dump_wireless();
    EXPECT_TRUE(indices) << indices.error().message;
}

} // namespace
} // namespace onlan::kernel
