#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/plan/uplink_world.hpp"

namespace onlan::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::uint8_t kRa = 9;

TEST_F(Uplink, AsMadeItIsWhatIsWanted)
{
    make();
    EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(Uplink, ALostAddressIsAddedAgain)
{
    make();
    netns(host).addresses.clear();
    netns(host).routes.clear(); // the kernel deletes them with the last address
    EXPECT_THAT(steps(), ElementsAre("add 192.168.137.250/24 to br-new",
                                     "add the default route via 192.168.137.245 on br-new"));
}

TEST_F(Uplink, WhatEndsByItselfIsNotMissed)
{
    netns(host).addresses[0].valid = 3600;
    netns(host).routes[0].protocol = kRa;
    make();
    netns(host).addresses.clear();
    netns(host).routes.clear();
    EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(Uplink, ABridgeThatIsDownIsSetUp)
{
    make();
    link("br-new").up = false;
    EXPECT_THAT(steps(), ElementsAre("set br-new up"));
}

TEST_F(Uplink, AnAddressThatIsBackOnTheNicIsTakenOffIt)
{
    make();
    netns(host).addresses.push_back(address(3, "192.168.137.250/24"));
    EXPECT_THAT(steps(), ElementsAre("remove 192.168.137.250/24 from eno1"));
}

TEST_F(Uplink, AnAddressThatSomebodyAddedToTheBridgeIsLeftThere)
{
    make();
    netns(host).addresses.push_back(address(20, "192.168.137.77/24"));
    EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(Uplink, APortThatWasTakenOutComesBack)
{
    make();
    link("eno1").master = 0;
    EXPECT_THAT(steps(), ElementsAre("make eno1 a port of br-new"));
}

TEST_F(Uplink, APortMoreJoinsWithWhatItCarries)
{
    make();
    intent.lans[0].uplink.ports = {"eno1", "eth9"};
    netns(host).addresses.push_back(address(9, "10.99.0.1/24"));
    EXPECT_THAT(steps(),
                ElementsAre("turn on STP on br-new to prevent loops", "make eth9 a port of br-new",
                            "remove 10.99.0.1/24 from eth9", "add 10.99.0.1/24 to br-new"));
}

TEST_F(Uplink, APortLessGetsBackWhatItCarried)
{
    intent.lans[0].uplink.ports = {"eno1", "eth9"};
    netns(host).addresses.push_back(address(9, "10.99.0.1/24"));
    make();
    link("br-new").bridge->stp = true;
    ASSERT_THAT(steps(), IsEmpty());
    intent.lans[0].uplink.ports = {"eno1"};
    EXPECT_THAT(steps(), ElementsAre("remove 10.99.0.1/24 from br-new", "add 10.99.0.1/24 to eth9",
                                     "take eth9 out of br-new", "turn off STP on br-new"));
}

TEST_F(Uplink, WithoutPortsInTheConfigurationItsPortsAreLeftAlone)
{
    make();
    intent.lans[0].uplink.ports.clear();
    EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(Uplink, AnExistingBridgeThatIsDownIsWrongAndNotOnlansToMend)
{
    host = article_host();
    intent.lans = {lan137()};
    link("br-lan").up = false;
    const auto made = plan();
    ASSERT_TRUE(made);
    EXPECT_THAT(made->unmended, ElementsAre(HasSubstr("br-lan is down, so nothing passes")));
    EXPECT_THAT(made->warnings, IsSupersetOf(made->unmended));
}

TEST_F(Uplink, SeveralPortsHaveTheSmallestMtuInCommon)
{
    intent.lans[0].uplink.ports = {"eno1", "eth9"};
    link("eth9").mtu = 1400;
    const auto made = plan();
    ASSERT_TRUE(made);
    EXPECT_THAT(described(made->steps),
                IsSupersetOf({"create bridge br-new (MTU 1400, MAC 02:00:00:00:00:01)",
                              "create veth cable up-lan137 <-> in-lan137 (MTU 1400)"}));
}

class FollowingMtu : public testing::Test {
protected:
    FollowingMtu()
    {
        netns(host).links.push_back({.index = 4,
                                     .name = "on-lan137",
                                     .kind = "bridge",
                                     .alias = "onlan:lan137",
                                     .mtu = 1500});
        netns(host).links.push_back({.index = 5,
                                     .name = "in-lan137",
                                     .kind = "veth",
                                     .alias = "onlan:lan137",
                                     .mtu = 1500,
                                     .master = 4,
                                     .peer = 6});
        netns(host).links.push_back({.index = 6,
                                     .name = "up-lan137",
                                     .kind = "veth",
                                     .alias = "onlan:lan137",
                                     .mtu = 1500,
                                     .master = 2,
                                     .peer = 5});
        host.docker->networks = {docker()};
        netns(host).links[1].mtu = 1400;
    }

    model::DockerNetwork docker()
    {
        model::Snapshot before = host;
        before.docker->networks.clear();
        const auto made = plan_up({.intent = intent, .host = before, .ledger = {}, .survey = {}});
        return std::get<CreateDockerNetwork>(made->steps.back().change).network;
    }
    Result<Plan> plan()
    {
        const Ledger ledger = {{"lan137", CreateDockerNetwork{host.docker->networks[0]}}};
        return plan_up({.intent = intent, .host = host, .ledger = ledger, .survey = {}});
    }

    model::Intent intent{{lan137()}};
    model::Snapshot host = article_host();
};

TEST_F(FollowingMtu, TheCableAndTheSecondBridgeFollow)
{
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(described(made->steps), IsSupersetOf({"set the MTU of up-lan137 to 1400",
                                                      "set the MTU of in-lan137 to 1400",
                                                      "set the MTU of on-lan137 to 1400"}));
}

TEST_F(FollowingMtu, ANetworkWithoutContainersIsMadeAnew)
{
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(described(made->steps), Contains("remove Docker network lan137"));
    EXPECT_THAT(made->unmended, IsEmpty());
}

TEST_F(FollowingMtu, ANetworkWithContainersStaysAndThatIsSaid)
{
    host.docker->networks[0].endpoints = {{.container = "homeassistant"}};
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(described(made->steps), Not(Contains(HasSubstr("Docker network"))));
    EXPECT_THAT(made->unmended, ElementsAre(HasSubstr(
                                    "containers still have an MTU of 1500, but br-lan has 1400")));
}

TEST_F(Uplink, SeveralPortsRunStpFromTheSecondOneOn)
{
    intent.lans[0].uplink.ports = {"eno1", "eth9"};
    auto lines = steps();
    lines.resize(5);
    EXPECT_THAT(lines, ElementsAre("create bridge br-new (MTU 1500, MAC 02:00:00:00:00:01)",
                                   "set br-new up", "make eno1 a port of br-new",
                                   "turn on STP on br-new to prevent loops",
                                   "make eth9 a port of br-new"));
    EXPECT_THAT(warnings(), Contains(HasSubstr("br-new runs STP: a new port starts to forward "
                                               "after 4 seconds")));
}

TEST_F(Uplink, RefusesTheParentOfAMacvlan)
{
    netns(host).links.push_back({.index = 30, .name = "mv0", .kind = "macvlan", .peer = 3});
    EXPECT_THAT(error(), HasSubstr("eno1 cannot be a port of a bridge while the macvlan interface "
                                   "mv0 sits on it"));
}

TEST_F(Uplink, RefusesTheParentOfADockerNetworkInUse)
{
    host.docker->networks = {{.name = "old",
                              .driver = "macvlan",
                              .options = {{"parent", "eno1"}},
                              .endpoints = {{.container = "tv"}}}};
    EXPECT_THAT(error(), HasSubstr("while the Docker network old sits on it"));
}

TEST_F(Uplink, RefusesABridgeAsPort)
{
    link("eth9").kind = "bridge";
    intent.lans[0].uplink.ports = {"eth9"};
    EXPECT_THAT(error(), HasSubstr("eth9 is a bridge itself"));
}

TEST_F(Uplink, RefusesASlaveOfABond)
{
    netns(host).links.push_back({.index = 30, .name = "bond0", .kind = "bond"});
    link("eno1").master = 30;
    link("eno1").master_kind = "bond";
    EXPECT_THAT(error(), HasSubstr("eno1 already belongs to bond0 (bond)"));
}

TEST_F(Uplink, AnExistingBridgeWithoutCarrierGetsItsWarning)
{
    host = article_host();
    intent.lans = {lan137()};
    link("br-lan").carrier = false;
    EXPECT_THAT(warnings(), Contains(HasSubstr("br-lan has no carrier")));
}

TEST_F(Uplink, FirewallRulesThatNameTheNicAreNamed)
{
    model::XtablesRuleset ruleset{.backend = model::XtablesBackend::legacy};
    ruleset.tables["filter"]["INPUT"].edit().rules = {{{"-i", "eno1", "-j", "DROP"}},
                                                      {{"-i", "eno+", "-j", "LOG"}},
                                                      {{"-i", "eth9", "-j", "ACCEPT"}}};
    netns(host).xtables = {ruleset};
    add_to_nft(host, "chain", "filter", {{"name", "input"}, {"hook", "input"}});
    // A packet comes to no chain of the other table: none of them is hooked in.
    add_to_nft(host, "chain", "asleep", {{"name", "input"}});
    for (const char* table : {"filter", "asleep"}) {
        for (const char* name : {"eno1", "lo"})
            add_to_nft(
                host, "rule", table,
                {{"chain", "input"},
                 {"expr",
                  {{{"match", {{"left", {{"meta", {{"key", "iifname"}}}}}, {"right", name}}}}}}});
    }
    EXPECT_THAT(warnings(),
                ElementsAre(HasSubstr("iptables-legacy -t filter -A INPUT -i eno1 -j DROP"),
                            HasSubstr("iptables-legacy -t filter -A INPUT -i eno+ -j LOG"),
                            HasSubstr("nft inet filter input (iifname \"eno1\")")));
}

} // namespace
} // namespace onlan::plan
