#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/in_use.hpp"
#include "plan/names.hpp"
#include "plan/plan.hpp"
#include "unit/plan/worlds.hpp"

namespace onlan::plan {
namespace {

using model::AttachMode;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

std::vector<std::string> described(const Plan& plan)
{
    std::vector<std::string> lines;
    for (const PlannedStep& step : plan.steps)
        lines.push_back(describe(step.change));
    return lines;
}

class Planning : public testing::Test {
protected:
    Result<Plan> plan()
    {
        return plan_up({.intent = intent,
                        .host = host,
                        .ledger = ledger,
                        .lans = {},
                        .stage = stage,
                        .survey = survey});
    }
    std::string error()
    {
        const auto planned = plan();
        return planned ? "" : planned.error().message;
    }

    model::Intent intent{{lan137()}};
    model::Snapshot host = article_host();
    Ledger ledger;
    Stage stage = Stage::complete;
    Survey survey;
};

TEST_F(Planning, BuildsLinksBeforeTheDockerNetworkThatNeedsThem)
{
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(
        described(*made),
        ElementsAre("create bridge on-lan137 (MTU 1500)",
                    "set net.ipv6.conf.on-lan137.disable_ipv6 = 1",
                    "set net.ipv4.conf.on-lan137.arp_ignore = 8",
                    "create veth cable up-lan137 <-> in-lan137 (MTU 1500)",
                    "set net.ipv6.conf.up-lan137.disable_ipv6 = 1",
                    "set net.ipv6.conf.in-lan137.disable_ipv6 = 1",
                    "make up-lan137 a port of br-lan", "make in-lan137 a port of on-lan137",
                    "set on-lan137 up", "set in-lan137 up", "set up-lan137 up",
                    "create Docker network lan137 (driver bridge, subnet 192.168.137.0/24)"));
}

TEST_F(Planning, MacvlanNeedsNoSecondBridge)
{
    intent.lans = {lan137(AttachMode::macvlan)};
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(described(*made), Not(Contains(HasSubstr("on-lan137"))));
    EXPECT_EQ(described(*made).back(),
              "create Docker network lan137 (driver macvlan, subnet 192.168.137.0/24)");
}

TEST_F(Planning, GuardsArePlacedBeforeTheLinksComeUp)
{
    drop_bridged_frames(host);
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    const auto lines = described(*made);
    const auto position = [&](std::string_view text) {
        return std::ranges::find_if(
                   lines,
                   [&](const std::string& line) { return line.find(text) != std::string::npos; }) -
               lines.begin();
    };
    EXPECT_LT(position("connection tracking"), position("set on-lan137 up"));
    EXPECT_LT(position("-i br-lan -o br-lan"), position("set up-lan137 up"));
    EXPECT_LT(position("-i on-lan137 -o on-lan137"), position("set up-lan137 up"));
}

TEST_F(Planning, NoGuardWhereBridgedFramesNeverMeetTheFirewall)
{
    const auto made = plan();
    ASSERT_TRUE(made);
    EXPECT_THAT(described(*made), Not(Contains(HasSubstr("guard"))));
}

TEST_F(Planning, BeforeDockerTheNotrackGuardIsPlacedInAnyCase)
{
    stage = Stage::before_docker;
    host.docker.reset();
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(described(*made), AllOf(Contains(HasSubstr("no connection tracking")),
                                        Not(Contains(HasSubstr("Docker network")))));
}

TEST_F(Planning, ThePortOnTheUplinkNeverLowersTheBridgesMacAddress)
{
    const auto made = plan();
    ASSERT_TRUE(made);
    for (const PlannedStep& step : made->steps) {
        if (const auto* cable = std::get_if<CreateVeth>(&step.change)) {
            EXPECT_EQ(cable->mac.bytes[0], 0xFE);
            EXPECT_EQ(cable->mac.bytes[1], 0xFF);
        }
    }
}

TEST_F(Planning, AddressesInUseAndOutsideThePoolAreReserved)
{
    intent.lans[0].ipv4.pool = *net::AddressRange::parse("192.168.137.200-192.168.137.206");
    survey.in_use = {ip("192.168.137.203")};
    const auto made = plan();
    ASSERT_TRUE(made);
    const auto& network = std::get<CreateDockerNetwork>(made->steps.back().change).network;
    EXPECT_EQ(network.subnets.at(0).range, prefix("192.168.137.200/29"));
    std::vector<net::IpAddress> reserved;
    for (const auto& [name, address] : network.subnets[0].reserved)
        reserved.push_back(address);
    std::ranges::sort(reserved);
    EXPECT_THAT(reserved,
                ElementsAre(ip("192.168.137.203"), ip("192.168.137.207"), ip("192.168.137.250")));
    EXPECT_THAT(
        made->warnings,
        Contains(HasSubstr("already in use on the LAN and therefore reserved: 192.168.137.203")));
}

TEST_F(Planning, BothEndsOfTheBlockAroundAPoolAreReserved)
{
    intent.lans[0].ipv4.subnet = prefix("192.168.128.0/17");
    intent.lans[0].ipv4.pool = *net::AddressRange::parse("192.168.129.0-192.168.132.4");
    EXPECT_THAT(error(), HasSubstr("write the pool as a block, such as 192.168.128.0/21"));

    intent.lans[0].ipv4.pool = *net::AddressRange::parse("192.168.128.2-192.168.131.253");
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    const auto& network = std::get<CreateDockerNetwork>(made->steps.back().change).network;
    EXPECT_THAT(network.subnets.at(0).reserved,
                AllOf(Contains(Key("outside-pool-192.168.128.1")),
                      Contains(Key("outside-pool-192.168.131.255"))));
}

TEST_F(Planning, RefusesADockerThatIsTooOld)
{
    host.docker->version = "20.10.24+dfsg1";
    EXPECT_THAT(error(), HasSubstr("Docker 20.10.24+dfsg1 is too old"));
}

TEST_F(Planning, NothingToDoWhenTheHostIsAsConfigured)
{
    stage = Stage::before_docker;
    const auto first = plan();
    ASSERT_TRUE(first);
    netns(host).links.push_back(
        {.index = 4, .name = "on-lan137", .kind = "bridge", .mtu = 1500, .up = true});
    netns(host).links.push_back({.index = 5,
                                 .name = "in-lan137",
                                 .kind = "veth",
                                 .mtu = 1500,
                                 .up = true,
                                 .master = 4,
                                 .peer = 6});
    netns(host).links.push_back({.index = 6,
                                 .name = "up-lan137",
                                 .kind = "veth",
                                 .mtu = 1500,
                                 .up = true,
                                 .master = 2,
                                 .peer = 5});
    for (const char* link : {"on-lan137", "in-lan137", "up-lan137"})
        netns(host).sysctls[model::kIpv6Conf["disable_ipv6"].name(link)] = "1";
    netns(host).sysctls[model::kIpv4Conf["arp_ignore"].name("on-lan137")] = "8";
    add_to_nft(host, "rule", "onlan", {{"chain", "prerouting"}, {"comment", "onlan:lan137"}});
    for (const PlannedStep& step : first->steps)
        ledger.push_back({step.owner, step.change});

    const auto second = plan();

    ASSERT_TRUE(second) << second.error().message;
    EXPECT_THAT(described(*second), IsEmpty());
}

TEST_F(Planning, WhatBelongsToALanThatLeftTheConfigurationIsUndone)
{
    ledger = {{"old", CreateBridge{.name = "on-old", .alias = "onlan:old"}}};
    const auto made = plan();
    ASSERT_TRUE(made);
    EXPECT_EQ(described(*made).front(), "delete bridge on-old");
}

TEST_F(Planning, AnUplinkGoesWithTheLastLanOnIt)
{
    ledger = {{"@br-lan", CreateBridge{.name = "br-lan"}},
              {"a", SetMaster{.link = "up-a", .master = "br-lan"}},
              {"b", SetMaster{.link = "up-b", .master = "br-lan"}}};
    const std::vector<std::string> only_a = {"a"};
    EXPECT_THAT(described(plan_down(ledger, only_a)), ElementsAre("take up-a out of br-lan"));
    EXPECT_THAT(
        described(plan_down(ledger, {})),
        ElementsAre("take up-b out of br-lan", "take up-a out of br-lan", "delete bridge br-lan"));
}

TEST_F(Planning, ANetworkThatContainersUseIsNotTakenFromThem)
{
    const Change network = CreateDockerNetwork{.network = {.name = "lan137"}};
    const Plan down = plan_down({{"lan137", network}}, {});
    host.docker->networks = {{.name = "lan137", .endpoints = {{.container = "homeassistant"}}}};
    EXPECT_THAT(in_use(down, host),
                ElementsAre(HasSubstr("running containers use it: homeassistant; stop them")));
}

TEST_F(Planning, AStoppedContainerIsNamedBeforeItLosesItsNetwork)
{
    const Ledger made = {{"lan137", CreateDockerNetwork{.network = {.name = "lan137"}}}};
    host.docker->networks = {{.name = "lan137", .stopped = {"nightly", "weekly"}}, {.name = "b"}};
    EXPECT_THAT(in_use(plan_down(made, {}), host), ElementsAre());
    EXPECT_THAT(left_behind(plan_down(made, {}), host),
                ElementsAre(HasSubstr("made again: nightly, weekly; recreate them")));
}

TEST_F(Planning, RefusesAMissingUplinkBridge)
{
    intent.lans[0].uplink.bridge = "br-none";
    EXPECT_EQ(error(),
              "lan lan137: the uplink bridge br-none does not exist; create it, or list its ports "
              "(uplink.ports: [eno1]) and onlan will make it");
}

TEST_F(Planning, RefusesAWirelessPort)
{
    intent.lans[0].uplink = {.bridge = "br-new", .ports = {"wlan0"}};
    netns(host).links.push_back({.index = 9,
                                 .name = "wlan0",
                                 .up = true,
                                 .carrier = true,
                                 .ethernet = true,
                                 .wireless = true});
    EXPECT_THAT(error(), HasSubstr("wlan0 is a Wi-Fi interface"));
}

TEST_F(Planning, RefusesAPortOfAnotherBridge)
{
    intent.lans[0].uplink = {.bridge = "br-new", .ports = {"eno1"}};
    EXPECT_THAT(error(), HasSubstr("eno1 already belongs to br-lan (bridge)"));
}

TEST_F(Planning, RefusesASubnetThatAnotherDockerNetworkHas)
{
    host.docker->networks = {{.name = "app", .subnets = {{.subnet = prefix("192.168.0.0/16")}}}};
    EXPECT_THAT(
        error(),
        HasSubstr("its subnet 192.168.137.0/24 overlaps 192.168.0.0/16 of the Docker network app"));
}

TEST_F(Planning, RefusesStaticIpv6WithDockersBridgeDriver)
{
    intent.lans[0].ipv6 = model::LanSubnet{.subnet = prefix("fd00:137::/64")};
    EXPECT_THAT(error(), HasSubstr("subnet6 does not work with attach: docker-bridge"));
}

TEST_F(Planning, RefusesALinkOfTheSameNameThatSomebodyElseMade)
{
    netns(host).links.push_back({.index = 4, .name = "on-lan137", .kind = "bridge"});
    EXPECT_THAT(error(), HasSubstr("already an interface on-lan137 that is not onlan's"));
}

TEST_F(Planning, AcceptsTheWholeCableThatTheDistributionMade)
{
    netns(host).links.push_back({.index = 4, .name = "on-lan137", .kind = "bridge", .up = true});
    netns(host).links.push_back(
        {.index = 5, .name = "up-lan137", .kind = "veth", .up = true, .master = 2, .peer = 6});
    netns(host).links.push_back(
        {.index = 6, .name = "in-lan137", .kind = "veth", .up = true, .master = 4, .peer = 5});
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(described(*made), Not(Contains(HasSubstr("create bridge"))));
    EXPECT_THAT(described(*made), Not(Contains(HasSubstr("create veth"))));
}

TEST_F(Planning, RefusesANetworkOfTheSameNameThatSomebodyElseMade)
{
    host.docker->networks = {{.name = "lan137"}};
    EXPECT_THAT(error(), HasSubstr("already a Docker network lan137 that is not onlan's"));
}

TEST_F(Planning, ListsEveryReasonAtOnce)
{
    intent.lans[0].uplink.bridge = "br-none";
    host.docker.reset();
    host.docker_missing = "it does not run";
    EXPECT_THAT(error(),
                AllOf(HasSubstr("br-none"), HasSubstr("\n"), HasSubstr("it does not run")));
}

} // namespace
} // namespace onlan::plan
