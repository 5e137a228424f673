// Connection tracking: net/netfilter/nf_conntrack_core.c, nf_conntrack_proto_icmp.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::HookFamily;
using testing::ElementsAre;

// A router between two networks whose rules only look on.
class ConntrackTest : public testing::Test {
protected:
    ConntrackTest()
    {
        world.cable(client, "eth0", router, "left").cable(server, "eth0", router, "right");
        client.address("eth0", "10.1.0.2/24");
        server.address("eth0", "10.2.0.2/24");
        router.address("left", "10.1.0.1/24").address("right", "10.2.0.1/24").forwarding();
        neighbour("left", "10.1.0.2");
        neighbour("right", "10.2.0.2");
        watch(Hook::prerouting, -150);
    }
    FakeRules& rules() { return world.rules("router"); }
    // Notes down what conntrack has said of each packet at this hook.
    void watch(Hook hook, int priority)
    {
        rules().tracking().chain(
            HookFamily::ipv4, hook, priority, "watch",
            [this](const rules::PacketView& packet, const rules::Surroundings&) {
                constexpr const char* kNames[] = {"INVALID", "NEW", "ESTABLISHED", "RELATED",
                                                  "UNTRACKED"};
                states.emplace_back(kNames[static_cast<std::size_t>(packet.ct.state)]);
                return accept(packet);
            });
    }
    void send(const std::string& device, const Ip& packet)
    {
        if (!sent_) {
            built_ = std::make_unique<World>(world.build());
            sent_ = std::make_unique<Sent>(*built_);
        }
        sent_->in(
            "router", device,
            {.ethernet = {.source = mac(1), .destination = *router.at(device).mac}, .ip = packet});
    }
    void forth(const Ip& packet) { send("left", packet); }
    void back(const Ip& packet) { send("right", packet); }
    static Ip error(const Ip& about)
    {
        Ip is = ping("10.2.0.2", "10.1.0.2");
        is.icmp_type = 3;
        is.icmp_code = 3;
        is.inner = tuple_of(about);
        return is;
    }

    WorldBuilder world;
    NetnsBuilder& router = world.netns("router");
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& server = world.netns("server");
    std::vector<std::string> states;

private:
    void neighbour(const std::string& device, const std::string& address)
    {
        constexpr std::uint16_t kReachable = 2;
        router.netns.neighbours.push_back({.link = router.at(device).index,
                                           .address = ip(address),
                                           .mac = mac(1),
                                           .state = kReachable});
    }
    std::unique_ptr<World> built_;
    std::unique_ptr<Sent> sent_;
};

const Ip kQuestion = datagram("10.1.0.2", 4000, "10.2.0.2", 53);
const Ip kAnswer = datagram("10.2.0.2", 53, "10.1.0.2", 4000);

TEST_F(ConntrackTest, A_flow_is_NEW_until_it_is_answered)
{
    forth(kQuestion);
    forth(kQuestion);
    back(kAnswer);
    forth(kQuestion);
    EXPECT_THAT(states, ElementsAre("NEW", "NEW", "ESTABLISHED", "ESTABLISHED"));
}

TEST_F(ConntrackTest, A_packet_that_is_dropped_on_its_way_leaves_no_entry)
{
    rules().chain(HookFamily::ipv4, Hook::forward, 0, "FORWARD",
                  [](const rules::PacketView& packet, const rules::Surroundings&) {
                      return packet.source_port == 4000 ? drop(packet, "FORWARD", "-j DROP")
                                                        : accept(packet);
                  });
    forth(kQuestion);
    back(kAnswer);
    EXPECT_THAT(states, ElementsAre("NEW", "NEW"));
}

TEST_F(ConntrackTest, An_entry_of_the_snapshot_is_found_in_both_directions)
{
    router.netns.conntrack.push_back({.original = tuple_of(kQuestion),
                                      .reply = inverted(tuple_of(kQuestion)),
                                      .status = kConfirmed | kSeenReply});
    back(kAnswer);
    forth(kQuestion);
    EXPECT_THAT(states, ElementsAre("ESTABLISHED", "ESTABLISHED"));
}

TEST_F(ConntrackTest, NOTRACK_leaves_a_packet_untracked_and_not_invalid)
{
    rules().chain(HookFamily::ipv4, Hook::prerouting, -300, "raw",
                  [](const rules::PacketView& packet, const rules::Surroundings&) {
                      return notrack(packet);
                  });
    forth(kQuestion);
    EXPECT_THAT(states, ElementsAre("UNTRACKED"));
}

TEST_F(ConntrackTest, The_same_tuple_in_another_zone_is_another_flow)
{
    rules().chain(HookFamily::ipv4, Hook::prerouting, -300, "raw",
                  [](const rules::PacketView& packet, const rules::Surroundings&) {
                      rules::ChainOutcome outcome = accept(packet);
                      if (packet.in->name == "right")
                          outcome.zone = rules::CtZone::both(1);
                      return outcome;
                  });
    forth(kQuestion);
    back(kAnswer);
    EXPECT_THAT(states, ElementsAre("NEW", "NEW"));
}

TEST_F(ConntrackTest, A_zone_for_the_original_direction_leaves_answers_in_that_of_everybody)
{
    rules().chain(HookFamily::ipv4, Hook::prerouting, -300, "raw",
                  [](const rules::PacketView& packet, const rules::Surroundings&) {
                      rules::ChainOutcome outcome = accept(packet);
                      if (packet.in->name == "left")
                          outcome.zone = rules::CtZone{.original = 1};
                      return outcome;
                  });
    forth(kQuestion);
    back(kAnswer);
    forth(kQuestion);
    EXPECT_THAT(states, ElementsAre("NEW", "ESTABLISHED", "ESTABLISHED"));
}

TEST_F(ConntrackTest, Of_ICMP_only_a_request_begins_a_flow)
{
    Ip reply = ping("10.1.0.2", "10.2.0.2");
    reply.icmp_type = 0;
    forth(reply);
    for (const std::uint8_t request : std::initializer_list<std::uint8_t>{8, 13, 15, 17}) {
        Ip asks = ping("10.1.0.2", "10.2.0.2", request);
        asks.icmp_type = request;
        forth(asks);
    }
    EXPECT_THAT(states, ElementsAre("INVALID", "NEW", "NEW", "NEW", "NEW"));
}

TEST_F(ConntrackTest, An_echo_reply_belongs_to_its_request_by_the_identifier)
{
    forth(ping("10.1.0.2", "10.2.0.2", 7));
    Ip reply = ping("10.2.0.2", "10.1.0.2", 7);
    reply.icmp_type = 0;
    back(reply);
    reply.source_port = 8;
    back(reply);
    EXPECT_THAT(states, ElementsAre("NEW", "ESTABLISHED", "INVALID"));
}

TEST_F(ConntrackTest, An_ICMP_error_is_related_to_the_flow_that_it_is_about)
{
    forth(kQuestion);
    back(error(kQuestion));
    EXPECT_THAT(states, ElementsAre("NEW", "RELATED"));
}

TEST_F(ConntrackTest, An_ICMP_error_about_nothing_known_is_invalid)
{
    forth(kQuestion);
    back(error(datagram("10.1.0.2", 4001, "10.2.0.2", 53)));
    EXPECT_THAT(states, ElementsAre("NEW", "INVALID"));
}

TEST_F(ConntrackTest, An_ICMP_error_for_somebody_else_is_invalid)
{
    forth(kQuestion);
    Ip wrong = error(kQuestion);
    wrong.destination = ip("10.1.0.3");
    back(wrong);
    EXPECT_THAT(states, ElementsAre("NEW", "INVALID"));
}

TEST_F(ConntrackTest, A_SYN_ACK_of_an_unknown_connection_is_invalid_and_an_ACK_is_not)
{
    back(segment("10.2.0.2", 80, "10.1.0.2", 4000, kSyn | kAck));
    back(segment("10.2.0.2", 80, "10.1.0.2", 4000, kAck));
    EXPECT_THAT(states, ElementsAre("INVALID", "NEW"));
}

TEST(Conntrack, Inverting_swaps_the_ends_and_turns_an_ICMP_request_into_its_reply)
{
    EXPECT_EQ(inverted(tuple_of(kQuestion)), tuple_of(kAnswer));
    Ip reply = ping("10.2.0.2", "10.1.0.2");
    reply.icmp_type = 0;
    EXPECT_EQ(inverted(tuple_of(ping("10.1.0.2", "10.2.0.2"))), tuple_of(reply));
}

} // namespace
} // namespace onlan::simulate
