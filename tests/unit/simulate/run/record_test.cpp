// The record of a run, and the words that are made of it.

#include "unit/simulate/frames.hpp"
#include "unit/simulate/seed_case.hpp"

namespace onlan::simulate {
namespace {

TEST(Words, Stand_where_the_text_has_its_places)
{
    EXPECT_EQ(Words("{} dev {} is not known yet", ip("10.0.0.1"), "br0").to_string(),
              "10.0.0.1 dev br0 is not known yet");
    EXPECT_EQ(Words("{} has mtu {}", "eth0", 1500U).to_string(), "eth0 has mtu 1500");
    EXPECT_EQ(Words("{} begins", TcpFlags{kSyn | kAck}).to_string(), "a SYN+ACK begins");
    EXPECT_EQ(Words("nothing more").to_string(), "nothing more");
}

TEST(Words, Tell_a_connection_as_it_was_when_they_were_written_down)
{
    WorldBuilder world;
    world.netns("host");
    const World built = world.build();
    Sent sent(built);
    model::Conntrack entry{.original = tuple_of(datagram("10.0.0.1", 1, "10.0.0.2", 2)),
                           .reply = tuple_of(datagram("10.0.0.2", 2, "10.0.0.1", 1))};
    const Words words("{}", sent.run().keep(entry));
    entry.reply.destination_port = 999;
    EXPECT_EQ(words.to_string(), "udp src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 [UNREPLIED] "
                                 "src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1");
}

TEST(Record, Is_the_same_exchange_with_and_without_being_kept)
{
    SeedCase article;
    article.notrack_on_lan137();
    const World built = article.world.build();
    for (const std::uint8_t protocol : {kTcp, kUdp, kIcmp}) {
        const Flow flow{
            .from = "cont", .to = ip("192.168.137.250"), .protocol = protocol, .port = 5000};
        const Ending kept = follow(built, flow, Recording::on);
        const Ending not_kept = follow(built, flow, Recording::off);
        EXPECT_EQ(kept.outcome, not_kept.outcome);
        EXPECT_EQ(kept.error, not_kept.error);
        EXPECT_EQ(kept.assumptions, not_kept.assumptions);
        EXPECT_FALSE(kept.record.steps.empty());
        EXPECT_TRUE(not_kept.record.steps.empty());
    }
}

// A client on a cable to a server that logs and counts.
class RecordTest : public testing::Test {
protected:
    RecordTest()
    {
        world.cable(client, "eth0", server, "eth0");
        client.address("eth0", "10.0.0.1/24");
        server.address("eth0", "10.0.0.2/24").listen(kTcp, 80).listen(kUdp, 80);
    }
    model::Explanation ask(std::uint8_t protocol)
    {
        built_ = std::make_unique<World>(world.build());
        return explain(*built_,
                       {.from = "client", .to = ip("10.0.0.2"), .protocol = protocol, .port = 80});
    }

    WorldBuilder world;
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& server = world.netns("server");

private:
    std::unique_ptr<World> built_;
};

TEST_F(RecordTest, Tells_the_rules_that_a_packet_matched_also_those_that_did_not_decide)
{
    const rules::RuleRef* log =
        rule({.program = "nft", .table = "ip t", .chain = "in", .number = 1, .text = "log"});
    const rules::RuleRef* passes =
        rule({.program = "nft", .table = "ip t", .chain = "in", .number = 2, .text = "accept"});
    world.rules("server").chain(rules::HookFamily::ipv4, rules::Hook::input, 0, "in",
                                [&](const rules::PacketView& packet, const rules::Surroundings&) {
                                    rules::ChainOutcome outcome = accept(packet);
                                    outcome.path = {log, passes};
                                    outcome.because = passes;
                                    return outcome;
                                });
    const model::TracedPacket syn = ask(kTcp).packets.front();
    ASSERT_EQ(syn.matches.size(), 2U);
    EXPECT_EQ(syn.matches[0].netns, "server");
    EXPECT_EQ(syn.matches[0].device, "eth0");
    EXPECT_EQ(syn.matches[0].stage, Stage::ip_input);
    EXPECT_EQ(syn.matches[0].rule.text, "log");
    EXPECT_EQ(syn.matches[1].rule.text, "accept");
}

TEST_F(RecordTest, Tells_the_connections_that_are_tracked_in_the_end)
{
    world.rules("server").tracking();
    const model::Explanation explanation = ask(kUdp);
    ASSERT_EQ(explanation.conntrack.size(), 1U);
    const model::TrackedConnection& connection = explanation.conntrack.front();
    EXPECT_EQ(connection.netns, "server");
    EXPECT_EQ(connection.protocol, "udp");
    EXPECT_EQ(connection.original.source, ip("10.0.0.1"));
    EXPECT_EQ(connection.reply.source, ip("10.0.0.2"));
    EXPECT_EQ(connection.text, "udp src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=80 "
                               "src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000");
}

TEST_F(RecordTest, A_connection_whose_first_packet_was_dropped_is_tracked_by_nobody)
{
    world.rules("server").tracking().chain(
        rules::HookFamily::ipv4, rules::Hook::input, 0, "in",
        [](const rules::PacketView& packet, const rules::Surroundings&) {
            return drop(packet, "in", "-j DROP");
        });
    EXPECT_TRUE(ask(kUdp).conntrack.empty());
}

} // namespace
} // namespace onlan::simulate
