#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulate/seed_case.hpp"

// The article's case and its variants (each has been run on a real kernel).

namespace onlan::simulate {
namespace {

using model::CauseKind;
using model::Outcome;
using rules::Hook;
using rules::HookFamily;
using testing::HasSubstr;

struct Ending {
    Outcome outcome = Outcome::timeout;
    model::CauseKind kind = model::CauseKind::unknown;

    friend bool operator==(const Ending&, const Ending&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Ending& ending)
    {
        return out << model::outcome_name(ending.outcome) << " by " << model::word(ending.kind);
    }
};

Ending ending(const model::Explanation& explanation)
{
    return {explanation.outcome, explanation.cause.kind};
}

TEST(SeedCase, DockersIsolationDropsTheFirstPacket)
{
    SeedCase seed;
    seed.rules().chain(HookFamily::ipv4, Hook::forward, 0, "FORWARD",
                       [](const rules::PacketView& packet, const rules::Surroundings&) {
                           return packet.in->name == "br-lan137" && packet.out->name == "br-app"
                                      ? drop(packet, "DOCKER-ISOLATION-STAGE-2",
                                             "-o br-app -j DROP", {.out = true})
                                      : accept(packet);
                       });
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::timeout, CauseKind::isolation}));
}

TEST(SeedCase, LooseReversePathFilterIsStrictOnABridgeWithoutAddress)
{
    for (const int mode : {1, 2}) {
        SeedCase seed;
        seed.host.sysctl("net.ipv4.conf.all.rp_filter", mode);
        EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::timeout, CauseKind::rp_filter})) << mode;
    }
}

TEST(SeedCase, StallsInTheConntrackClash)
{
    SeedCase seed;
    const auto explanation = seed.explain();
    EXPECT_EQ(ending(explanation), (Ending{Outcome::stalled, CauseKind::conntrack_clash}));
    EXPECT_THAT(explanation.cause.summary,
                HasSubstr("rewrites its source port 5000 to a random port in 1024-65535"));
    std::vector<Action> actions;
    for (const model::CauseLink& link : explanation.cause.chain)
        actions.push_back(explanation.packets.at(link.packet - 1).steps.at(link.phase - 1).action);
    EXPECT_THAT(actions, testing::ElementsAre(Action::invalid, Action::new_, Action::null_binding,
                                              Action::reset));
}

TEST(SeedCase, NotrackOnTheSecondBridgeDeliversWithReversePathFilter)
{
    SeedCase seed;
    seed.host.sysctl("net.ipv4.conf.all.rp_filter", 2);
    seed.notrack_on_lan137();
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}));
}

TEST(SeedCase, NotrackAloneMeetsNoListener)
{
    SeedCase seed;
    seed.notrack_on_lan137();
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::refused, CauseKind::no_listener}));
}

TEST(SeedCase, NotrackAloneIsServedByDockerProxy)
{
    SeedCase seed;
    seed.notrack_on_lan137();
    seed.host.listen(kTcp, 5000);
    seed.world.proxy({.netns = "host",
                      .address = ip("0.0.0.0"),
                      .port = 5000,
                      .target = ip("172.18.0.4"),
                      .target_port = 5000});
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}));
}

TEST(SeedCase, WithoutCallIptablesItIsDelivered)
{
    for (const int mode : {0, 2}) {
        SeedCase seed;
        seed.host.call_iptables(0).sysctl("net.ipv4.conf.all.rp_filter", mode);
        EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}))
            << mode;
    }
}

TEST(SeedCase, AUdpAnswerComesFromAnUnknownPort)
{
    SeedCase seed;
    EXPECT_EQ(ending(seed.explain(kUdp)), (Ending{Outcome::timeout, CauseKind::conntrack_clash}));
}

TEST(SeedCase, WithoutLoosePickUpItIsDelivered)
{
    SeedCase seed;
    seed.host.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0);
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}));
}

TEST(SeedCase, WithArpIgnoreTheResetReachesTheServer)
{
    SeedCase seed;
    seed.host.sysctl("net.ipv4.conf.br-lan137.arp_ignore", 1);
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::reset, CauseKind::conntrack_clash}));
}

// A server that closes after its answer turns this into a reset: its FIN starts no connection, and
// so it alone comes from the right port.
TEST(SeedCase, AZoneOfItsOwnForTheSecondBridgeStallsAllTheSame)
{
    SeedCase seed;
    seed.rules().chain(HookFamily::ipv4, Hook::prerouting, -300, "raw PREROUTING",
                       [](const rules::PacketView& packet, const rules::Surroundings&) {
                           rules::ChainOutcome outcome = accept(packet);
                           if (packet.in->name == "br-lan137")
                               outcome.zone = rules::CtZone::both(1);
                           return outcome;
                       });
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::stalled, CauseKind::conntrack_clash}));
}

TEST(SeedCase, NotrackOfTheAnswersAloneDelivers)
{
    SeedCase seed;
    seed.notrack_on_lan137(
        [](const rules::PacketView& packet) { return packet.source == ip("192.168.137.250"); });
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}));
}

TEST(SeedCase, NotrackByThePhysicalPortOfTheCableDelivers)
{
    SeedCase seed;
    seed.notrack_on_lan137([](const rules::PacketView& packet) {
        return packet.physical_in != nullptr && packet.physical_in->name == "veth-lan137-1";
    });
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}));
}

TEST(SeedCase, ARuleThatDropsInvalidTimesOut)
{
    SeedCase seed;
    seed.rules().chain(HookFamily::ipv4, Hook::forward, 0, "FORWARD",
                       [](const rules::PacketView& packet, const rules::Surroundings&) {
                           return packet.ct.state == rules::CtState::invalid
                                      ? drop(packet, "FORWARD",
                                             "-m conntrack --ctstate INVALID -j DROP")
                                      : accept(packet);
                       });
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::timeout, CauseKind::filter}));
}

TEST(SeedCase, ThePerBridgeSwitchOfTheMainBridgeDelivers)
{
    SeedCase seed;
    seed.host.call_iptables(0);
    seed.host.at("br-mellanox").bridge->nf_call.iptables = true;
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::delivered, CauseKind::delivered}));
}

TEST(SeedCase, ReversePathFilterOfTheMainBridgeChangesNothing)
{
    for (const int mode : {1, 2}) {
        SeedCase seed;
        seed.host.sysctl("net.ipv4.conf.br-mellanox.rp_filter", mode);
        EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::stalled, CauseKind::conntrack_clash}))
            << mode;
    }
}

TEST(SeedCase, WithoutForwardingNobodyGetsThere)
{
    SeedCase seed;
    for (const model::Link& link : seed.host.netns.links)
        seed.host.sysctl("net.ipv4.conf." + link.name + ".forwarding", 0);
    EXPECT_EQ(ending(seed.explain()), (Ending{Outcome::timeout, CauseKind::forwarding_off}));
}

TEST(SeedCase, AMachineOnTheLanIsServed)
{
    SeedCase seed;
    const World world = seed.world.build();
    EXPECT_EQ(explain(world, {.from = "lan", .to = ip("192.168.137.250"), .port = 5000}).outcome,
              Outcome::delivered);
}

TEST(SeedCase, APingOfTheHostItselfIsAnswered)
{
    SeedCase seed;
    EXPECT_EQ(seed.explain(kIcmp).outcome, Outcome::delivered);
}

TEST(SeedCase, WhomTheContainerKnowsTheHostByDecidesAPingFromTheService)
{
    // The identifier is moved on the second bridge. Its reply is undone there: on the way through
    // to the main bridge it arrives, but if br-lan137 itself is addressed it is swallowed.
    constexpr std::uint16_t kReachable = 2;
    for (const auto& [bridge, outcome] :
         {std::pair{"br-mellanox", Outcome::delivered}, {"br-lan137", Outcome::timeout}}) {
        SeedCase seed;
        seed.cont.netns.neighbours = {{.link = seed.cont.at("eth0").index,
                                       .address = ip("192.168.137.250"),
                                       .mac = seed.host.at(bridge).mac,
                                       .state = kReachable}};
        // The host has to ask for nobody: by that the container would learn another MAC.
        seed.host.netns.neighbours = {{.link = seed.host.at("br-mellanox").index,
                                       .address = ip("192.168.137.248"),
                                       .mac = seed.cont.at("eth0").mac,
                                       .state = kReachable}};
        const World world = seed.world.build();
        const auto explanation =
            explain(world, {.from = "svc", .to = ip("192.168.137.248"), .protocol = kIcmp});
        EXPECT_EQ(explanation.outcome, outcome) << bridge;
    }
}

} // namespace
} // namespace onlan::simulate
