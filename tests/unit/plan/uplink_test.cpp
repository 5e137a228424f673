#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/change.hpp"
#include "plan/describe.hpp"
#include "plan/in_use.hpp"
#include "plan/names.hpp"
#include "plan/plan.hpp"
#include "plan/uplink.hpp"
#include "unit/plan/worlds.hpp"

namespace onlan::plan {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::uint32_t kNoPrefixRoute = 0x200;
constexpr std::uint8_t kKernel = 2;
constexpr std::uint8_t kRa = 9;

model::Address address(int link, const char* text)
{
    return {.link = link, .local = *net::InterfaceAddress::parse(text)};
}

std::vector<std::string> described(const std::vector<Step>& steps)
{
    std::vector<std::string> lines;
    for (const Step& step : steps)
        lines.push_back(describe(step));
    return lines;
}

// `uplink: {bridge: br-new, ports: [eno1]}` on a host whose addresses are on eno1.
class Uplink : public testing::Test {
protected:
    Uplink() { intent.lans[0].uplink = {.bridge = "br-new", .ports = {"eno1"}}; }

    Result<Plan> plan()
    {
        return plan_up({.intent = intent,
                        .host = host,
                        .ledger = ledger,
                        .lans = {},
                        .stage = Stage::before_docker,
                        .survey = {}});
    }
    // What concerns the uplink, as it is said.
    std::vector<std::string> steps()
    {
        auto planned = plan();
        EXPECT_TRUE(planned) << planned.error().message;
        if (!planned)
            return {};
        std::erase_if(planned->steps, [](const Step& step) { return !is_uplink(step.owner); });
        return described(planned->steps);
    }
    std::string error()
    {
        const auto planned = plan();
        return planned ? "" : planned.error().message;
    }
    std::vector<std::string> warnings()
    {
        const auto planned = plan();
        return planned ? planned->warnings : std::vector<std::string>{};
    }

    model::Link& link(std::string_view name)
    {
        return *std::ranges::find(host.links, name, &model::Link::name);
    }

    // `up` has been here.
    void make()
    {
        const auto planned = plan();
        ASSERT_TRUE(planned) << planned.error().message;
        for (const Step& step : planned->steps)
            ledger.push_back({step.owner, step.change});
        host.links.push_back({.index = 20,
                              .name = "br-new",
                              .kind = "bridge",
                              .alias = "onlan:@br-new",
                              .mtu = 1500,
                              .up = true,
                              .carrier = true,
                              .ethernet = true,
                              .bridge = model::Bridge{}});
        for (const std::string& port : intent.lans[0].uplink.ports)
            link(port).master = 20;
        for (model::Address& one : host.addresses)
            one.link = 20;
        for (model::Route& one : host.routes)
            one.link = one.link == 3 ? 20 : one.link;
    }

    model::Intent intent{{lan137()}};
    model::Host host = nic_host();
    Ledger ledger;
};

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
    host.addresses[0].flags = kNoPrefixRoute;
    host.routes[1].metric = 100;
    EXPECT_THAT(steps(), IsSupersetOf({"remove the route to 192.168.137.0/24 on eno1",
                                       "add the route to 192.168.137.0/24 on br-new"}));
}

TEST_F(Uplink, APrefixRouteOfAnotherMetricThanTheKernelsMovesToo)
{
    host.routes.push_back(
        {.destination = subnet("192.168.137.0/24"), .protocol = kKernel, .link = 3, .metric = 100});
    EXPECT_THAT(steps(), Contains("add the route to 192.168.137.0/24 on br-new").Times(1));
}

TEST_F(Uplink, AnAdvertisedPrefixIsTakenOffTheNic)
{
    host.addresses.push_back(address(3, "fd00:aaaa::5/64"));
    host.routes.push_back({.destination = subnet("fd00:aaaa::/64"),
                           .protocol = kKernel,
                           .link = 3,
                           .metric = 256,
                           .expires = 3600});
    EXPECT_THAT(steps(), Contains("remove the route to fd00:aaaa::/64 on eno1"));
}

TEST_F(Uplink, ASecondDefaultRouteStaysTheSecond)
{
    host.routes.insert(
        host.routes.begin() + 1,
        {.destination = subnet("0.0.0.0/0"), .protocol = 3, .gateway = ip("10.99.0.2"), .link = 9});
    const auto lines = steps();
    const auto last = std::vector(lines.end() - 2, lines.end());
    EXPECT_THAT(last, ElementsAre("add the default route via 192.168.137.245 on br-new",
                                  "add the default route via 10.99.0.2 on eth9"));
    EXPECT_THAT(lines, Contains("remove the default route via 10.99.0.2 on eth9"));
}

TEST_F(Uplink, ADefaultRouteBeforeTheMovedOneIsLeftAlone)
{
    host.routes.insert(
        host.routes.begin(),
        {.destination = subnet("0.0.0.0/0"), .protocol = 3, .gateway = ip("10.99.0.2"), .link = 9});
    EXPECT_THAT(steps(), Not(Contains(HasSubstr("eth9"))));
}

TEST_F(Uplink, AnAdvertisedRouteMovesAsALesserOneThatEnds)
{
    host.routes = {{.destination = subnet("::/0"),
                    .protocol = kRa,
                    .gateway = ip("fe80::1"),
                    .link = 3,
                    .metric = 1024,
                    .expires = 1799}};
    const auto made = plan();
    ASSERT_TRUE(made);
    const auto found = std::ranges::find_if(made->steps, [](const Step& step) {
        return std::holds_alternative<AddRoute>(step.change);
    });
    ASSERT_NE(found, made->steps.end());
    const auto& route = std::get<AddRoute>(found->change).route;
    EXPECT_EQ(route.metric, 1025U);
    EXPECT_EQ(route.expires, 1799U);
    EXPECT_EQ(stand_in(host.routes[0]), route); // what `down` puts on the NIC
}

TEST_F(Uplink, RoutesOfOtherLinksThatPreferAMovedAddressComeBack)
{
    host.routes.push_back({.destination = subnet("10.8.0.0/24"),
                           .protocol = 3,
                           .preferred_source = ip("192.168.137.250"),
                           .link = 9});
    EXPECT_THAT(steps(), IsSupersetOf({"remove the route to 10.8.0.0/24 on eth9",
                                       "add the route to 10.8.0.0/24 on eth9"}));
}

TEST_F(Uplink, AForeignRouteInTableLocalMovesAndTheKernelsDoesNot)
{
    host.routes.push_back({.destination = subnet("203.0.113.7/32"),
                           .table = 255,
                           .type = 2,
                           .protocol = 3,
                           .link = 3});
    host.routes.push_back({.destination = subnet("192.168.137.250/32"),
                           .table = 255,
                           .type = 2,
                           .protocol = kKernel,
                           .link = 3});
    EXPECT_THAT(steps(), AllOf(Contains("add the route to 203.0.113.7/32 in table 255 on br-new"),
                               Not(Contains(HasSubstr("192.168.137.250/32")))));
}

TEST_F(Uplink, AMultipathRouteMovesWithItsHopOnThePort)
{
    host.routes.push_back({.destination = subnet("10.7.0.0/24"),
                           .protocol = 3,
                           .multipath = true,
                           .next_hops = {{.link = 9}, {.link = 3}}});
    const auto made = plan();
    ASSERT_TRUE(made) << made.error().message;
    const auto found = std::ranges::find_if(made->steps, [](const Step& step) {
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
    host.routes.push_back({.destination = subnet("10.7.0.0/24"),
                           .protocol = 3,
                           .multipath = true,
                           .next_hops = {{.link = 9}}});
    EXPECT_THAT(steps(), Not(Contains(HasSubstr("10.7.0.0"))));
}

// --- The way back.

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
    std::erase_if(down, [](const Step& step) { return !is_uplink(step.owner); });
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
    host.addresses.push_back(address(20, "192.168.137.77/24"));
    host.routes.push_back({.destination = subnet("10.66.0.0/16"),
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
    host.links.push_back({.index = 20, .name = "br-new", .kind = "bridge"});
    host.addresses.push_back(address(20, "192.168.137.77/24"));
    EXPECT_EQ(with_strays(ledger, host), ledger);
}

TEST_F(Uplink, ABridgeThatOthersUseIsNotDeleted)
{
    make();
    host.links.push_back({.index = 30, .name = "vm0", .master = 20});
    const auto others = in_use(plan_down(ledger, {}), host);
    EXPECT_THAT(others, ElementsAre(HasSubstr("ports that are not onlan's: vm0")));
    intent.lans.clear();
    EXPECT_THAT(error(), HasSubstr("ports that are not onlan's: vm0"));
}

// --- Drift.

TEST_F(Uplink, AsMadeItIsWhatIsWanted)
{
    make();
    EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(Uplink, ALostAddressIsAddedAgain)
{
    make();
    host.addresses.clear();
    host.routes.clear(); // the kernel deletes them with the last address
    EXPECT_THAT(steps(), ElementsAre("add 192.168.137.250/24 to br-new",
                                     "add the default route via 192.168.137.245 on br-new"));
}

TEST_F(Uplink, WhatEndsByItselfIsNotMissed)
{
    host.addresses[0].valid = 3600;
    host.routes[0].protocol = kRa;
    make();
    host.addresses.clear();
    host.routes.clear();
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
    host.addresses.push_back(address(3, "192.168.137.250/24"));
    EXPECT_THAT(steps(), ElementsAre("remove 192.168.137.250/24 from eno1"));
}

TEST_F(Uplink, AnAddressThatSomebodyAddedToTheBridgeIsLeftThere)
{
    make();
    host.addresses.push_back(address(20, "192.168.137.77/24"));
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
    host.addresses.push_back(address(9, "10.99.0.1/24"));
    EXPECT_THAT(steps(), ElementsAre("turn on the spanning tree protocol of br-new, against loops",
                                     "make eth9 a port of br-new", "remove 10.99.0.1/24 from eth9",
                                     "add 10.99.0.1/24 to br-new"));
}

TEST_F(Uplink, APortLessGetsBackWhatItCarried)
{
    intent.lans[0].uplink.ports = {"eno1", "eth9"};
    host.addresses.push_back(address(9, "10.99.0.1/24"));
    make();
    link("br-new").bridge->stp = true;
    ASSERT_THAT(steps(), IsEmpty());
    intent.lans[0].uplink.ports = {"eno1"};
    EXPECT_THAT(steps(), ElementsAre("remove 10.99.0.1/24 from br-new", "add 10.99.0.1/24 to eth9",
                                     "take eth9 out of br-new",
                                     "turn off the spanning tree protocol of br-new"));
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
    EXPECT_THAT(made->unmended, ElementsAre(HasSubstr("br-lan is down, and nothing passes")));
    EXPECT_THAT(made->warnings, IsSupersetOf(made->unmended));
}

// --- MTU.

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
        host.links.push_back({.index = 4,
                              .name = "on-lan137",
                              .kind = "bridge",
                              .alias = "onlan:lan137",
                              .mtu = 1500});
        host.links.push_back({.index = 5,
                              .name = "in-lan137",
                              .kind = "veth",
                              .alias = "onlan:lan137",
                              .mtu = 1500,
                              .master = 4,
                              .peer = 6});
        host.links.push_back({.index = 6,
                              .name = "up-lan137",
                              .kind = "veth",
                              .alias = "onlan:lan137",
                              .mtu = 1500,
                              .master = 2,
                              .peer = 5});
        host.docker->networks = {docker()};
        host.links[1].mtu = 1400;
    }

    model::DockerNetwork docker()
    {
        model::Host before = host;
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
    model::Host host = article_host();
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
    EXPECT_THAT(made->unmended,
                ElementsAre(HasSubstr("containers still have an MTU of 1500 and br-lan has 1400")));
}

// --- What cannot or should not become a port.

TEST_F(Uplink, SeveralPortsRunStpFromTheSecondOneOn)
{
    intent.lans[0].uplink.ports = {"eno1", "eth9"};
    auto lines = steps();
    lines.resize(5);
    EXPECT_THAT(lines, ElementsAre("create bridge br-new (MTU 1500, MAC 02:00:00:00:00:01)",
                                   "set br-new up", "make eno1 a port of br-new",
                                   "turn on the spanning tree protocol of br-new, against loops",
                                   "make eth9 a port of br-new"));
    EXPECT_THAT(warnings(), Contains(HasSubstr("br-new runs STP: a new port starts to forward "
                                               "after 4 seconds")));
}

TEST_F(Uplink, RefusesTheParentOfAMacvlan)
{
    host.links.push_back({.index = 30, .name = "mv0", .kind = "macvlan", .peer = 3});
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
    host.links.push_back({.index = 30, .name = "bond0", .kind = "bond"});
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
    ruleset.tables["filter"]["INPUT"].rules = {
        {"-i", "eno1", "-j", "DROP"}, {"-i", "eno+", "-j", "LOG"}, {"-i", "eth9", "-j", "ACCEPT"}};
    host.firewall.xtables = {ruleset};
    host.firewall.interface_rules = {{"inet", "filter", "input", "iifname", "eno1"},
                                     {"inet", "filter", "input", "iifname", "lo"}};
    EXPECT_THAT(warnings(),
                ElementsAre(HasSubstr("iptables-legacy -t filter -A INPUT -i eno1 -j DROP"),
                            HasSubstr("iptables-legacy -t filter -A INPUT -i eno+ -j LOG"),
                            HasSubstr("nft inet filter input (iifname \"eno1\")")));
}

} // namespace
} // namespace onlan::plan
