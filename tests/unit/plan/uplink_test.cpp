#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/in_use.hpp"
#include "plan/uplink/strays.hpp"
#include "unit/plan/uplink_world.hpp"

namespace onlan::plan {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::uint32_t kNoPrefixRoute = 0x200;
constexpr std::uint8_t kKernel = 2;
constexpr std::uint8_t kRa = 9;

TEST_F(Uplink, TakesOverTheNicsAddressesAndRoutes)
{
    EXPECT_THAT(steps(), ElementsAre("create bridge br-new (MTU 1500, MAC 02:00:00:00:00:01)",
                                     "set br-new up", "make eno1 a port of br-new",
                                     "remove the default route via 192.168.137.245 on eno1",
                                     "remove 192.168.137.250/24 from eno1",
                                     "add 192.168.137.250/24 to br-new",
                                     "add the default route via 192.168.137.245 on br-new"));
    EXPECT_TRUE(plan()->moves_default_route);
}

TEST_F(Uplink, APrefixRouteThatTheKernelWouldNotMakeAgainMovesToo)
{
    netns(host).addresses[0].flags = kNoPrefixRoute;
    netns(host).routes[1].metric = 100;
    EXPECT_THAT(steps(), IsSupersetOf({"remove the route to 192.168.137.0/24 on eno1",
                                       "add the route to 192.168.137.0/24 on br-new"}));
}

TEST_F(Uplink, APrefixRouteOfAnotherMetricThanTheKernelsMovesToo)
{
    netns(host).routes.push_back(
        {.destination = prefix("192.168.137.0/24"), .protocol = kKernel, .link = 3, .metric = 100});
    EXPECT_THAT(steps(), Contains("add the route to 192.168.137.0/24 on br-new").Times(1));
}

TEST_F(Uplink, AnAdvertisedPrefixIsTakenOffTheNic)
{
    netns(host).addresses.push_back(address(3, "fd00:aaaa::5/64"));
    netns(host).routes.push_back({.destination = prefix("fd00:aaaa::/64"),
                                  .protocol = kKernel,
                                  .link = 3,
                                  .metric = 256,
                                  .expires = 3600});
    EXPECT_THAT(steps(), Contains("remove the route to fd00:aaaa::/64 on eno1"));
}

TEST_F(Uplink, ASecondDefaultRouteStaysTheSecond)
{
    netns(host).routes.insert(
        netns(host).routes.begin() + 1,
        {.destination = prefix("0.0.0.0/0"), .protocol = 3, .gateway = ip("10.99.0.2"), .link = 9});
    const auto lines = steps();
    const auto last = std::vector(lines.end() - 2, lines.end());
    EXPECT_THAT(last, ElementsAre("add the default route via 192.168.137.245 on br-new",
                                  "add the default route via 10.99.0.2 on eth9"));
    EXPECT_THAT(lines, Contains("remove the default route via 10.99.0.2 on eth9"));
}

TEST_F(Uplink, ADefaultRouteBeforeTheMovedOneIsLeftAlone)
{
    netns(host).routes.insert(
        netns(host).routes.begin(),
        {.destination = prefix("0.0.0.0/0"), .protocol = 3, .gateway = ip("10.99.0.2"), .link = 9});
    EXPECT_THAT(steps(), Not(Contains(HasSubstr("eth9"))));
}

TEST_F(Uplink, AnAdvertisedRouteMovesAsALesserOneThatEnds)
{
    netns(host).routes = {{.destination = prefix("::/0"),
                           .protocol = kRa,
                           .gateway = ip("fe80::1"),
                           .link = 3,
                           .metric = 1024,
                           .expires = 1799}};
    const auto made = plan();
    ASSERT_TRUE(made);
    const auto found = std::ranges::find_if(made->steps, [](const PlannedStep& step) {
        return std::holds_alternative<AddRoute>(step.change);
    });
    ASSERT_NE(found, made->steps.end());
    const auto& route = std::get<AddRoute>(found->change).route;
    EXPECT_EQ(route.metric, 1025U);
    EXPECT_EQ(route.expires, 1799U);
    EXPECT_EQ(stand_in(netns(host).routes[0]), route); // what `down` puts on the NIC
}

TEST_F(Uplink, RoutesOfOtherLinksThatPreferAMovedAddressComeBack)
{
    netns(host).routes.push_back({.destination = prefix("10.8.0.0/24"),
                                  .protocol = 3,
                                  .preferred_source = ip("192.168.137.250"),
                                  .link = 9});
    EXPECT_THAT(steps(), IsSupersetOf({"remove the route to 10.8.0.0/24 on eth9",
                                       "add the route to 10.8.0.0/24 on eth9"}));
}

TEST_F(Uplink, AForeignRouteInTableLocalMovesAndTheKernelsDoesNot)
{
    netns(host).routes.push_back({.destination = prefix("203.0.113.7/32"),
                                  .table = 255,
                                  .type = 2,
                                  .protocol = 3,
                                  .link = 3});
    netns(host).routes.push_back({.destination = prefix("192.168.137.250/32"),
                                  .table = 255,
                                  .type = 2,
                                  .protocol = kKernel,
                                  .link = 3});
    EXPECT_THAT(steps(), AllOf(Contains("add the route to 203.0.113.7/32 in table 255 on br-new"),
                               Not(Contains(HasSubstr("192.168.137.250/32")))));
}

TEST_F(Uplink, AMultipathRouteMovesWithItsHopOnThePort)
{
    netns(host).routes.push_back({.destination = prefix("10.7.0.0/24"),
                                  .protocol = 3,
                                  .multipath = true,
                                  .next_hops = {{.link = 9}, {.link = 3}}});
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    const auto found = std::ranges::find_if(made->steps, [](const PlannedStep& step) {
        const auto* added = std::get_if<AddRoute>(&step.change);
        return added != nullptr && added->route.multipath;
    });
    ASSERT_NE(found, made->steps.end());
    EXPECT_THAT(std::get<AddRoute>(found->change).route.next_hops,
                ElementsAre(model::NextHop{.link = 9}, model::NextHop{.link = 0}));
    EXPECT_THAT(described(made->steps),
                Contains("add the route to 10.7.0.0/24 over several next hops on br-new"));
}

TEST_F(Uplink, AMultipathRouteOfOtherNicsIsNoneOfItsBusiness)
{
    netns(host).routes.push_back({.destination = prefix("10.7.0.0/24"),
                                  .protocol = 3,
                                  .multipath = true,
                                  .next_hops = {{.link = 9}}});
    EXPECT_THAT(steps(), Not(Contains(HasSubstr("10.7.0.0"))));
}

TEST_F(Uplink, ARouteThatEncapsulatesIsNotMovedAsAPlainOne)
{
    netns(host).routes.push_back(
        {.destination = prefix("10.78.0.0/16"), .protocol = 3, .link = 3, .encapsulated = true});
    EXPECT_THAT(error(), HasSubstr("the route to 10.78.0.0/16 on eno1 encapsulates its packets"));
    netns(host).routes.back().link = 9;
    EXPECT_EQ(error(), "");
    // Of another link, but it would have to be added again.
    netns(host).routes.back().preferred_source = ip("192.168.137.250");
    EXPECT_THAT(error(), HasSubstr("the route to 10.78.0.0/16 on eth9 encapsulates its packets"));
}

TEST_F(Uplink, ABridgeWithARouteThatEncapsulatesIsNotTakenAway)
{
    make();
    netns(host).routes.push_back(
        {.destination = prefix("10.78.0.0/16"), .protocol = 3, .link = 20, .encapsulated = true});
    EXPECT_THAT(in_use(plan_down(with_strays(ledger, host), {}), host),
                ElementsAre(HasSubstr("the route to 10.78.0.0/16 on br-new encapsulates")));
}

TEST_F(Uplink, MovingTheDefaultRouteBackIsSaidWhicheverCommandDoesIt)
{
    make();
    EXPECT_TRUE(plan_down(ledger, {}).moves_default_route);
    intent.lans.clear();
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->moves_default_route);
}

TEST_F(Uplink, IsUndoneInTheOrderOfItsPhasesAlsoAfterRepairs)
{
    make();
    // A DHCP client put an address back, and it was moved again.
    ledger.push_back({"@br-new/eno1", RemoveAddress{"eno1", address(3, "192.168.137.99/24")}});
    ledger.push_back({"@br-new/eno1", AddAddress{"br-new", address(3, "192.168.137.99/24")}});
    auto down = plan_down(ledger, {}).steps;
    std::erase_if(down, [](const PlannedStep& step) { return !is_uplink(step.owner); });
    EXPECT_THAT(described(down),
                ElementsAre("remove the default route via 192.168.137.245 on br-new",
                            "remove 192.168.137.99/24 from br-new",
                            "remove 192.168.137.250/24 from br-new",
                            "add 192.168.137.99/24 to eno1", "add 192.168.137.250/24 to eno1",
                            "add the default route via 192.168.137.245 on eno1",
                            "take eno1 out of br-new", "set br-new down", "delete bridge br-new"));
}

TEST_F(Uplink, WhatOthersPutOnTheBridgeGoesToTheNicWithTheRest)
{
    make();
    netns(host).addresses.push_back(address(20, "192.168.137.77/24"));
    netns(host).routes.push_back({.destination = prefix("10.66.0.0/16"),
                                  .protocol = 3,
                                  .gateway = ip("192.168.137.245"),
                                  .link = 20});
    const auto down = described(plan_down(with_strays(ledger, host), {}).steps);
    EXPECT_THAT(down, IsSupersetOf({"add 192.168.137.77/24 to eno1",
                                    "add the route to 10.66.0.0/16 via 192.168.137.245 on eno1"}));
}

TEST_F(Uplink, OnABridgeThatIsNotOnlansNothingIsAStray)
{
    ledger = {{"@br-new/eno1", SetMaster{.link = "eno1", .master = "br-new"}}};
    netns(host).links.push_back({.index = 20, .name = "br-new", .kind = "bridge"});
    netns(host).addresses.push_back(address(20, "192.168.137.77/24"));
    EXPECT_EQ(with_strays(ledger, host), ledger);
}

TEST_F(Uplink, ABridgeThatOthersUseIsNotDeleted)
{
    make();
    netns(host).links.push_back({.index = 30, .name = "vm0", .master = 20});
    const auto others = in_use(plan_down(ledger, {}), host);
    EXPECT_THAT(others, ElementsAre(HasSubstr("ports that are not onlan's: vm0")));
    intent.lans.clear();
    EXPECT_THAT(error(), HasSubstr("ports that are not onlan's: vm0"));
}

} // namespace
} // namespace onlan::plan
