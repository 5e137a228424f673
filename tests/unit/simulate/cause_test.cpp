#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulate/builders.hpp"

namespace onlan::simulate {
namespace {

using model::CauseKind;

// Two machines on one cable.
class CauseTest : public testing::Test {
protected:
    CauseTest()
    {
        world.cable(left, "eth0", right, "eth0");
        left.address("eth0", "10.0.0.1/24");
        right.address("eth0", "10.0.0.2/24").listen(kTcp, 80);
    }
    model::Cause cause(const std::string& to = "10.0.0.2", std::uint16_t port = 80)
    {
        const World built = world.build();
        return explain(built, {.from = "left", .to = ip(to), .port = port}).cause;
    }
    model::CauseKind kind(const std::string& to = "10.0.0.2", std::uint16_t port = 80)
    {
        return cause(to, port).kind;
    }

    WorldBuilder world;
    NetnsBuilder& left = world.netns("left");
    NetnsBuilder& right = world.netns("right");
};

TEST_F(CauseTest, Nothing_went_wrong)
{
    EXPECT_EQ(kind(), CauseKind::delivered);
}

TEST_F(CauseTest, A_socket_that_nobody_has_refuses)
{
    EXPECT_EQ(kind("10.0.0.2", 81), CauseKind::no_listener);
}

TEST_F(CauseTest, Nobody_has_the_address)
{
    EXPECT_EQ(kind("10.0.0.3"), CauseKind::no_neighbour);
}

TEST_F(CauseTest, A_question_for_a_neighbour_may_be_dropped)
{
    right.sysctl("net.ipv4.conf.eth0.rp_filter", 1).route("10.0.0.1/32", "other");
    EXPECT_EQ(kind(), CauseKind::rp_filter);
    EXPECT_THAT(cause().summary, testing::HasSubstr("'ARP who-has 10.0.0.2 tell 10.0.0.1'"));
}

TEST_F(CauseTest, A_question_for_a_neighbour_may_be_ignored_by_who_has_the_address)
{
    right.sysctl("net.ipv4.conf.eth0.arp_ignore", 8);
    EXPECT_THAT(cause().summary, testing::HasSubstr("net.ipv4.conf.eth0.arp_ignore"));
}

TEST_F(CauseTest, A_macvlan_does_not_hear_the_device_that_it_stands_on)
{
    NetnsBuilder& child = world.netns("child");
    left.at("eth0").kind = "";
    child.add({.name = "mv0",
               .kind = "macvlan",
               .peer = left.at("eth0").index,
               .peer_netnsid = 9,
               .macvlan_mode = model::MacvlanMode::bridge});
    child.netns.peers[9] = left.netns.inode;
    child.address("mv0", "10.0.0.7/24");
    EXPECT_EQ(kind("10.0.0.7"), CauseKind::macvlan);
    EXPECT_THAT(cause("10.0.0.7").summary, testing::HasSubstr("eth0 in left and mv0 in child"));
}

TEST_F(CauseTest, No_route_leads_there)
{
    EXPECT_EQ(kind("10.9.0.1"), CauseKind::no_route);
}

TEST_F(CauseTest, The_other_end_of_a_cable_is_down_and_not_too_small)
{
    left.netns.neighbours.push_back({.link = left.at("eth0").index,
                                     .address = ip("10.0.0.2"),
                                     .mac = *right.at("eth0").mac,
                                     .state = 0x80});
    right.at("eth0").up = false;
    EXPECT_EQ(kind(), CauseKind::link_down);
    right.at("eth0").up = true;
    right.at("eth0").mtu = 20;
    EXPECT_EQ(kind(), CauseKind::mtu);
}

} // namespace
} // namespace onlan::simulate
