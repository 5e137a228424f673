#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operate/down.hpp"
#include "operate/session.hpp"
#include "operate/wait.hpp"
#include "unit/plan/worlds.hpp"

namespace onlan::operate {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const plan::Ledger kMade = {
    {.owner = "lan137", .change = plan::CreateBridge{.name = "on-lan137", .alias = "onlan:lan137"}},
    {.owner = "lan137", .change = plan::CreateDockerNetwork{.network = {.name = "lan137"}}}};

TEST(LinksBelow, AreThoseThatOnlanDoesNotMake)
{
    model::Lan on_bridge = plan::lan137();
    model::Lan on_nic = plan::lan137();
    on_nic.name = "cameras";
    on_nic.uplink = {.bridge = "br-cam", .ports = {"eno2", "eno3"}};
    const model::Intent intent{{on_bridge, on_nic}};
    EXPECT_THAT(links_below(intent, {}), ElementsAre("br-lan", "eno2", "eno3"));
    EXPECT_THAT(links_below(intent, {"lan137"}), ElementsAre("br-lan"));
}

TEST(Down, TakesAwayWhatIsOnTheLedger)
{
    const auto down = prepare(plan::article_host(), Down{}, kMade);
    ASSERT_TRUE(down) << down.error().message;
    EXPECT_THAT(down->plan.steps, SizeIs(2));
    EXPECT_TRUE(down->unused);
    EXPECT_FALSE(down->leaves_networks);
}

TEST(Down, WithoutDockerLeavesItsNetworksAndTakesAwayTheRest)
{
    model::Snapshot host = plan::article_host();
    host.docker.reset();
    host.docker_missing = "it does not run";
    const auto down = prepare(host, Down{}, kMade);
    ASSERT_TRUE(down) << down.error().message;
    ASSERT_THAT(down->plan.steps, SizeIs(1));
    EXPECT_TRUE(std::holds_alternative<plan::DeleteBridge>(down->plan.steps.front().change));
    EXPECT_TRUE(down->leaves_networks);
    EXPECT_THAT(down->plan.warnings, ElementsAre(HasSubstr("it does not run")));
}

TEST(Down, IsRefusedWhileContainersUseTheNetwork)
{
    model::Snapshot host = plan::article_host();
    host.docker->networks = {{.name = "lan137", .endpoints = {{.container = "web"}}}};
    const auto down = prepare(host, Down{}, kMade);
    ASSERT_TRUE(down) << down.error().message;
    ASSERT_FALSE(down->unused);
    EXPECT_THAT(down->unused.error().message, HasSubstr("web"));
}

TEST(Down, KnowsTheLansThatAreConfiguredOrMade)
{
    const model::Snapshot host = plan::article_host();
    const auto named = [&](std::string lan) {
        return prepare(host, Down{.lans = {std::move(lan)}, .configured = {"cameras"}}, kMade);
    };
    EXPECT_TRUE(named("cameras"));
    EXPECT_TRUE(named("lan137"));
    const auto unknown = named("lan731");
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("known: cameras, lan137"));
}

TEST(Patience, IsForPlansThatMayCutOffWhoStartedThem)
{
    plan::Plan harmless;
    plan::Plan moving;
    moving.moves_default_route = true;
    EXPECT_EQ(patience_for(harmless, {}), seconds{0});
    EXPECT_GT(patience_for(moving, {}), seconds{0});
    EXPECT_EQ(patience_for(harmless, seconds{5}), seconds{5});
    EXPECT_EQ(patience_for(moving, seconds{0}), seconds{0});
}

} // namespace
} // namespace onlan::operate
