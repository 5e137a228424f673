// The record of a run, and the words that are made of it.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

TEST(Words, Stand_where_the_text_has_its_places)
{
    EXPECT_EQ(Words("{} dev {} is not known yet", ip("10.0.0.1"), "br0").to_string(),
              "10.0.0.1 dev br0 is not known yet");
    EXPECT_EQ(Words("{} has mtu {}", "eth0", 1500U).to_string(), "eth0 has mtu 1500");
    EXPECT_EQ(Words("the flags {}", TcpFlags{kSyn | kAck}).to_string(), "the flags SA");
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
    WorldBuilder world;
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& server = world.netns("server");
    world.cable(client, "eth0", server, "eth0");
    client.address("eth0", "10.0.0.1/24");
    server.address("eth0", "10.0.0.2/24").listen(kTcp, 80);
    const World built = world.build();
    const Flow flow{.from = "client", .to = ip("10.0.0.2"), .port = 80};

    const Ending kept = follow(built, flow, Recording::on);
    const Ending not_kept = follow(built, flow, Recording::off);

    EXPECT_EQ(kept.outcome, model::Outcome::delivered);
    EXPECT_EQ(not_kept.outcome, model::Outcome::delivered);
    EXPECT_TRUE(not_kept.record.steps.empty());
    EXPECT_EQ(in_words(kept).packets.size(), kept.record.packets.size());
}

} // namespace
} // namespace onlan::simulate
