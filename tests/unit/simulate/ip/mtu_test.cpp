// The sizes of packets: net/ipv4/ip_forward.c, ip_output.c, tcp_output.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using model::Outcome;
using rules::Hook;
using rules::HookFamily;

// client -- host == server, by a way that is narrower than the ends know.
class MtuTest : public testing::Test {
protected:
    MtuTest()
    {
        world.cable(client, "eth0", host, "eth0");
        world.cable(host, "eth1", router, "eth0");
        world.cable(router, "eth1", server, "eth0");
        for (NetnsBuilder* each : {&client, &host, &router, &server}) {
            for (model::Link& link : each->netns.links)
                link.mtu = 1500;
        }
        host.address("eth0", "10.1.0.254/24").address("eth1", "10.9.0.1/24");
        router.address("eth0", "10.9.0.2/24").address("eth1", "10.2.0.254/24");
        client.address("eth0", "10.1.0.1/24").route("0.0.0.0/0", "eth0", "10.1.0.254");
        server.address("eth0", "10.2.0.2/24").route("0.0.0.0/0", "eth0", "10.2.0.254");
        host.route("10.2.0.0/24", "eth1", "10.9.0.2").forwarding();
        router.route("10.1.0.0/24", "eth0", "10.9.0.1").forwarding();
        host.at("eth1").mtu = router.at("eth0").mtu = 1400;
        server.listen(kTcp, 80).listen(kUdp, 80);
    }
    model::Explanation ask(std::uint8_t protocol, std::optional<std::uint32_t> size)
    {
        built_ = std::make_unique<World>(world.build());
        return explain(*built_, {.from = "client",
                                 .to = ip("10.2.0.2"),
                                 .protocol = protocol,
                                 .port = 80,
                                 .size = size});
    }
    // As a firewall does that drops all of ICMP.
    void without_errors()
    {
        world.rules("host").chain(HookFamily::ipv4, Hook::output, 0, "filter",
                                  [](const rules::PacketView& packet, const rules::Surroundings&) {
                                      rules::ChainOutcome outcome = accept(packet);
                                      if (packet.protocol == kIcmp)
                                          outcome.verdict = rules::Verdict::drop;
                                      return outcome;
                                  });
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& router = world.netns("router");
    NetnsBuilder& server = world.netns("server");
    std::unique_ptr<World> built_;
};

TEST_F(MtuTest, A_sender_that_is_told_sends_smaller_ones)
{
    EXPECT_EQ(ask(kTcp, kFullSize).outcome, Outcome::delivered);
    EXPECT_EQ(ask(kTcp, {}).full_size, std::nullopt);
}

TEST_F(MtuTest, Of_one_that_is_not_told_what_lost_the_error_is_the_cause)
{
    without_errors();
    const model::Explanation full = ask(kTcp, kFullSize);
    EXPECT_EQ(full.outcome, Outcome::stalled);
    EXPECT_EQ(full.cause.kind, model::CauseKind::mtu);
    EXPECT_THAT(full.cause.summary, testing::HasSubstr("is too large for eth1 in host"));
    EXPECT_THAT(full.cause.summary, testing::HasSubstr("its sender is not told"));
}

TEST_F(MtuTest, Without_a_size_the_answer_says_that_full_packets_fare_otherwise)
{
    without_errors();
    const model::Explanation few = ask(kTcp, {});
    EXPECT_EQ(few.outcome, Outcome::delivered);
    EXPECT_EQ(few.full_size, Outcome::stalled);
}

TEST_F(MtuTest,
       A_datagram_that_fits_its_sender_is_lost_on_the_way_and_a_larger_one_goes_in_fragments)
{
    EXPECT_EQ(ask(kUdp, 1450).error, "EMSGSIZE");
    EXPECT_EQ(ask(kUdp, 3000).outcome, Outcome::delivered);
}

} // namespace
} // namespace onlan::simulate
