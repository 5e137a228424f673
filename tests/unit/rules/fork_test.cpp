#include "unit/rules/world.hpp"

namespace onlan::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Fork, AnUnknownConditionGoesBothWays)
{
    const Packet packet;
    const auto ways =
        outcomes(forward_chain("-m time --timestart 08:00 -j ACCEPT\n-j DROP"), packet.view);
    ASSERT_EQ(ways.size(), 2U);
    EXPECT_EQ(ways[0].verdict, Verdict::accept);
    EXPECT_THAT(ways[0].assumptions, ElementsAre(HasSubstr("the current time matches")));
    EXPECT_EQ(ways[1].verdict, Verdict::drop);
    EXPECT_THAT(ways[1].assumptions, ElementsAre(HasSubstr("the current time does not match")));
}

TEST(Fork, ALimitIsNoForkAndSaidToBeFresh)
{
    const Packet packet;
    struct Case {
        std::string rule; // drops what it matches
        Verdict verdict;
        std::string assumption;
    };
    for (const Case& one : std::vector<Case>{
             {"-m limit --limit 3/sec", Verdict::drop, "the limit is not exceeded"},
             {"-m hashlimit --hashlimit-upto 3/sec --hashlimit-name a", Verdict::drop,
              "the limit is not exceeded"},
             {"-m hashlimit --hashlimit-above 3/sec --hashlimit-name a", Verdict::accept,
              "the limit is not exceeded"},
             {"-m connlimit --connlimit-above 3", Verdict::accept, "only one that counts"},
             {"-m connlimit --connlimit-above 0", Verdict::drop, "only one that counts"},
             {"-m connlimit --connlimit-upto 3", Verdict::drop, "only one that counts"},
             {"-m quota --quota 1000", Verdict::drop, "the quota is not used up"},
             {"-m recent --rcheck --name a", Verdict::accept, "not been seen recently"},
             {"-m recent ! --rcheck --name a", Verdict::drop, "not been seen recently"}}) {
        const ChainOutcome end = outcome(forward_chain(one.rule + " -j DROP"), packet.view);
        EXPECT_EQ(end.verdict, one.verdict) << one.rule;
        EXPECT_THAT(end.assumptions, ElementsAre(HasSubstr(one.assumption))) << one.rule;
    }
}

TEST(Fork, ALimitOfNftablesIsNoForkEither)
{
    const Packet packet;
    const auto verdict = [&](const std::string& limit) {
        return outcome(nft_chain("[" + limit + R"(, {"drop": null}])"), packet.view).verdict;
    };
    EXPECT_EQ(verdict(R"({"limit": {"rate": 5, "burst": 5, "per": "second"}})"), Verdict::drop);
    EXPECT_EQ(verdict(R"({"limit": {"rate": 5, "burst": 5, "per": "second", "inv": true}})"),
              Verdict::accept);
    EXPECT_EQ(verdict(R"({"ct count": {"val": 4, "inv": true}})"), Verdict::accept);
}

TEST(Fork, TheGroupOfASocketIsUnknownWhereOnlyItsOwnerIsTold)
{
    Packet packet;
    const model::Netns by_group = forward_chain("-m owner --gid-owner 33 -j DROP");
    EXPECT_THAT(outcomes(by_group, packet.view), SizeIs(1)); // no socket
    packet.view.socket_owner = 1000;
    const auto ways = outcomes(by_group, packet.view);
    ASSERT_EQ(ways.size(), 2U);
    EXPECT_THAT(ways[0].assumptions, SizeIs(1));
    EXPECT_NE(ways[0].verdict, ways[1].verdict);
    EXPECT_THAT(outcomes(nft_chain(R"([{"match": {"op": "==", "left": {"meta": {"key": "skgid"}},
                                          "right": 33}}, {"drop": null}])"),
                         packet.view),
                SizeIs(2));
    packet.view.socket_group = 33;
    EXPECT_EQ(outcome(by_group, packet.view).verdict, Verdict::drop);
}

TEST(Fork, WaysThatEndEqualAreOneWithoutAssumptions)
{
    const Packet packet;
    const ChainOutcome end =
        outcome(forward_chain("-m statistic --mode random --probability 0.5 -j DROP\n-j DROP"),
                packet.view);
    EXPECT_EQ(end.verdict, Verdict::drop);
    EXPECT_THAT(end.assumptions, IsEmpty());
}

TEST(Fork, ARuleThatOnlyLogsIsNoFork)
{
    const Packet packet;
    std::string rules;
    for (int at = 0; at < 100; ++at)
        rules += "-m limit --limit 3/sec -j LOG\n";
    EXPECT_THAT(outcome(forward_chain(rules), packet.view).assumptions, IsEmpty());
}

TEST(Fork, WhatDoesNotMatchOtherwiseIsNoFork)
{
    const Packet packet;
    EXPECT_THAT(outcomes(forward_chain("-m limit --limit 3/sec -i eth9 -j DROP"), packet.view),
                SizeIs(1));
}

TEST(Fork, ThereAreNeverTooMany)
{
    const Packet packet;
    std::string rules;
    for (int at = 0; at < 20; ++at)
        rules += "-m statistic --mode random -j MARK --or-mark " + std::to_string(1 << at) + "\n";
    const auto ways = outcomes(forward_chain(rules), packet.view);
    ASSERT_FALSE(ways.empty());
    EXPECT_LE(ways.size(), 16U);
    EXPECT_THAT(ways[0].assumptions.back(), HasSubstr("of the many paths"));
}

TEST(Fork, ChainsInACircleEnd)
{
    const Packet packet;
    const auto ways = outcomes(
        host_with(iptables_save("*filter\n:FORWARD ACCEPT\n:A -\n-A FORWARD -j A\n-A A -j A")),
        packet.view);
    EXPECT_THAT(ways, SizeIs(1));
}

TEST(Fork, ChainsCalledFromManyPlacesAreNoCircle)
{
    const Packet packet;
    std::string text = "*filter\n:FORWARD ACCEPT\n:A -\n:B -\n:C -\n";
    for (int at = 0; at < 20; ++at)
        text += "-A FORWARD -j A\n-A A -j B\n-A B -j C\n-A C -j RETURN\n";
    const ChainOutcome end =
        outcome(host_with(iptables_save(text + "-A FORWARD -j DROP")), packet.view);
    EXPECT_EQ(end.because->number, 21U);
    EXPECT_THAT(end.assumptions, IsEmpty());
}

TEST(Fork, ADrawnAddressIsEachOfTheMap)
{
    const Packet packet;
    model::Netns host = nft_chain(
        R"([{"dnat": {"addr": {"map": {"key": {"numgen": {"mode": "random", "mod": 2, "offset": 0}},
             "data": {"set": [[0, {"concat": ["10.0.0.1", 80]}], [1, {"concat": ["10.0.0.2", 81]}]]}}}}}])");
    const auto ways = outcomes(host, packet.view);
    ASSERT_EQ(ways.size(), 2U);
    EXPECT_EQ(ways[0].nat->first_port, ways[0].nat->first_address == ip("10.0.0.1") ? 80 : 81);
    EXPECT_NE(ways[0].nat->first_address, ways[1].nat->first_address);
}

TEST(Fork, ADrawnVerdictIsEachOfTheMap)
{
    const Packet packet;
    const auto ways =
        outcomes(nft_chain(R"([{"vmap": {"key": {"numgen": {"mode": "inc", "mod": 2, "offset": 0}},
             "data": {"set": [[0, {"drop": null}], [1, {"accept": null}]]}}}])"),
                 packet.view);
    EXPECT_THAT(ways, SizeIs(2));
}

} // namespace
} // namespace onlan::rules
