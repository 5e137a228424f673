// Local delivery: net/ipv4/ip_input.c, tcp_ipv4.c, udp.c, icmp.c, inet_hashtables.c.

#include <set>

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using model::Outcome;
using rules::Hook;
using rules::HookFamily;
using testing::ElementsAre;

// A client on a cable to a host.
class LocalTest : public testing::Test {
protected:
    LocalTest()
    {
        world.cable(client, "eth0", host, "eth0");
        client.address("eth0", "10.0.0.2/24");
        host.address("eth0", "10.0.0.1/24");
    }
    model::Explanation ask(std::uint8_t protocol, std::uint16_t port = 80)
    {
        built_ = std::make_unique<World>(world.build());
        return explain(
            *built_, {.from = "client", .to = ip("10.0.0.1"), .protocol = protocol, .port = port});
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& client = world.netns("client");
    std::unique_ptr<World> built_;
};

TEST_F(LocalTest, A_listener_is_served)
{
    host.listen(kTcp, 80).listen(kUdp, 80);
    EXPECT_EQ(ask(kTcp).outcome, Outcome::delivered);
    EXPECT_EQ(ask(kUdp).outcome, Outcome::delivered);
}

TEST_F(LocalTest, A_port_where_nothing_listens_refuses)
{
    for (const std::uint8_t protocol : {kTcp, kUdp}) {
        const auto explanation = ask(protocol);
        EXPECT_EQ(explanation.outcome, Outcome::refused);
        EXPECT_EQ(explanation.error, "ECONNREFUSED");
        EXPECT_EQ(explanation.cause.kind, model::CauseKind::no_listener);
    }
}

TEST_F(LocalTest, What_a_server_sends_has_the_mark_and_the_owner_of_its_listener)
{
    host.listen(kTcp, 80).listen(kUdp, 80);
    for (model::Socket& socket : host.netns.sockets) {
        socket.mark = 7;
        socket.owner = 1000;
    }
    std::set<std::pair<std::uint32_t, std::optional<std::uint32_t>>> sent;
    world.rules("host").chain(HookFamily::ipv4, Hook::output, 0, "OUTPUT",
                              [&](const rules::PacketView& packet, const rules::Surroundings&) {
                                  sent.emplace(packet.mark, packet.socket_owner);
                                  return accept(packet);
                              });
    for (const std::uint8_t protocol : {kTcp, kUdp}) {
        sent.clear();
        EXPECT_EQ(ask(protocol).outcome, Outcome::delivered);
        EXPECT_THAT(sent, ElementsAre(testing::Pair(7, testing::Optional(1000))));
    }
}

TEST_F(LocalTest, A_listener_on_another_address_is_none)
{
    host.address("eth0", "10.0.0.7/24").listen(kTcp, 80, "10.0.0.7");
    EXPECT_EQ(ask(kTcp).outcome, Outcome::refused);
}

TEST_F(LocalTest, A_listener_bound_to_another_device_is_none)
{
    host.listen(kTcp, 80);
    host.netns.sockets.back().link = host.at("lo").index;
    EXPECT_EQ(ask(kTcp).outcome, Outcome::refused);
}

TEST_F(LocalTest, An_IPv6_listener_takes_IPv4_unless_it_is_for_IPv6_only)
{
    host.listen(kTcp, 80, "::");
    EXPECT_EQ(ask(kTcp).outcome, Outcome::delivered);
    host.netns.sockets.back().ipv6_only = true;
    EXPECT_EQ(ask(kTcp).outcome, Outcome::refused);
}

TEST_F(LocalTest, An_echo_request_is_answered_unless_the_host_ignores_all)
{
    EXPECT_EQ(ask(kIcmp).outcome, Outcome::delivered);
    host.sysctl("net.ipv4.icmp_echo_ignore_all", 1);
    EXPECT_EQ(ask(kIcmp).outcome, Outcome::timeout);
}

TEST_F(LocalTest, A_segment_of_no_connection_is_reset_with_the_number_it_acknowledged)
{
    built_ = std::make_unique<World>(world.build());
    Sent sent(*built_);
    Ip stray = segment("10.0.0.2", 4000, "10.0.0.1", 80, kAck);
    stray.acknowledged = 777;
    sent.in("host", "eth0",
            {.ethernet = {.source = mac(1), .destination = *host.at("eth0").mac}, .ip = stray});
    EXPECT_THAT(sent.packets(), testing::Contains("RST 10.0.0.1:80 > 10.0.0.2:4000"));
}

TEST(Reset, Acknowledges_all_that_a_segment_without_ACK_takes_of_the_sequence_space)
{
    for (const auto& [flags, length] : {std::pair{kSyn, 1U}, {kFin, 1U}, {kPsh, 0U}}) {
        Ip about = segment("10.0.0.2", 4000, "10.0.0.1", 80, flags);
        about.sequence = 777;
        about.payload = 10;
        EXPECT_EQ(reset_to(about).tcp_flags, kRst | kAck);
        EXPECT_EQ(reset_to(about).acknowledged, 787 + length);
    }
}

TEST_F(LocalTest, A_reset_is_never_answered)
{
    built_ = std::make_unique<World>(world.build());
    Sent sent(*built_);
    sent.in("host", "eth0",
            {.ethernet = {.source = mac(1), .destination = *host.at("eth0").mac},
             .ip = segment("10.0.0.2", 4000, "10.0.0.1", 80, kRst)});
    EXPECT_THAT(sent.packets(), ElementsAre("RST 10.0.0.2:4000 > 10.0.0.1:80"));
}

TEST_F(LocalTest, A_frame_for_another_station_is_not_looked_at)
{
    built_ = std::make_unique<World>(world.build());
    Sent sent(*built_);
    sent.in("host", "eth0",
            {.ethernet = {.source = mac(1), .destination = mac(9)},
             .ip = ping("10.0.0.2", "10.0.0.1")});
    EXPECT_THAT(sent.steps("ip"), ElementsAre("eth0 ip drop"));
}

TEST_F(LocalTest, A_unicast_packet_in_a_broadcast_frame_is_received_but_not_forwarded)
{
    host.forwarding().address("eth1", "10.1.0.1/24");
    built_ = std::make_unique<World>(world.build());
    for (const auto& [to, stage] : {std::pair{"10.0.0.1", "icmp"}, {"10.1.0.9", "ip/forward"}}) {
        Sent sent(*built_);
        sent.in("host", "eth0",
                {.ethernet = {.source = mac(1), .destination = kEverybody},
                 .ip = ping("10.0.0.2", to)});
        EXPECT_EQ(sent.steps(stage).size(), 1U) << to;
    }
}

TEST_F(LocalTest, TPROXY_hands_a_packet_to_a_listener_on_another_port)
{
    host.listen(kTcp, 3129).route("10.9.0.0/24", "lo", {}, 2);
    host.netns.routes.back().table = 255;
    client.route("10.9.0.0/24", "eth0", "10.0.0.1");
    world.rules("host").chain(HookFamily::ipv4, Hook::prerouting, -150, "mangle",
                              [](const rules::PacketView& packet, const rules::Surroundings&) {
                                  rules::ChainOutcome outcome = accept(packet);
                                  if (packet.destination_port == 80)
                                      outcome.tproxy = rules::Tproxy{.port = 3129};
                                  return outcome;
                              });
    // The listener is found by the first address of the device, which it listens on as on any.
    built_ = std::make_unique<World>(world.build());
    EXPECT_EQ(explain(*built_, {.from = "client", .to = ip("10.9.0.5"), .port = 80}).outcome,
              Outcome::delivered);
}

TEST_F(LocalTest, A_protocol_that_nothing_takes_is_told_to_its_sender_in_the_words_of_the_family)
{
    host.address("eth0", "fd00::1/64");
    client.address("eth0", "fd00::2/64");
    built_ = std::make_unique<World>(world.build());
    constexpr std::uint8_t kGre = 47;
    for (const auto& [from, to, error] :
         {std::tuple{"10.0.0.2", "10.0.0.1", "ICMP unreachable/2 10.0.0.1 > 10.0.0.2"},
          {"fd00::2", "fd00::1", "ICMP icmp6-type-4/1 fd00::1 > fd00::2"}}) {
        Sent sent(*built_);
        Ip packet = datagram(from, 0, to, 0);
        packet.protocol = kGre;
        sent.in(
            "host", "eth0",
            {.ethernet = {.source = mac(1), .destination = *host.at("eth0").mac}, .ip = packet});
        EXPECT_THAT(sent.packets(), testing::Contains(error));
        EXPECT_THAT(sent.steps("socket"), testing::Contains("eth0 socket unreachable"));
    }
}

TEST_F(LocalTest, What_an_error_means_to_the_client_hangs_on_its_code)
{
    const std::vector<std::pair<rules::Reject, std::string>> errors{
        {{.type = 3, .code = 0}, "ENETUNREACH"},   {{.type = 3, .code = 1}, "EHOSTUNREACH"},
        {{.type = 3, .code = 2}, "ENOPROTOOPT"},   {{.type = 3, .code = 3}, "ECONNREFUSED"},
        {{.type = 3, .code = 9}, "ENETUNREACH"},   {{.type = 3, .code = 10}, "EHOSTUNREACH"},
        {{.type = 3, .code = 13}, "EHOSTUNREACH"},
    };
    rules::Reject reject;
    world.rules("host").chain(HookFamily::ipv4, Hook::input, 0, "INPUT",
                              [&](const rules::PacketView& packet, const rules::Surroundings&) {
                                  rules::ChainOutcome outcome = drop(packet, "INPUT", "-j REJECT");
                                  outcome.reject = reject;
                                  return outcome;
                              });
    for (const auto& [told, error] : errors) {
        reject = told;
        EXPECT_EQ(ask(kTcp).error, error) << int{told.code};
    }
}

TEST_F(LocalTest, A_rule_that_rejects_says_so_in_its_own_way)
{
    host.listen(kTcp, 80);
    const auto reject_with = [&](rules::Reject reject) {
        world.rules("host").chain(
            HookFamily::ipv4, Hook::input, 0, "INPUT",
            [reject](const rules::PacketView& packet, const rules::Surroundings&) {
                rules::ChainOutcome outcome = drop(packet, "INPUT", "-j REJECT");
                outcome.reject = reject;
                return outcome;
            });
    };
    reject_with({.kind = rules::RejectKind::tcp_reset});
    const auto explanation = ask(kTcp);
    EXPECT_EQ(explanation.outcome, Outcome::refused);
    EXPECT_EQ(explanation.cause.kind, model::CauseKind::reject);
}

TEST_F(LocalTest, A_program_is_told_at_once_what_its_own_host_drops)
{
    const Hook at = Hook::postrouting;
    world.rules("client").chain(HookFamily::ipv4, at, 0, "POSTROUTING",
                                [](const rules::PacketView& packet, const rules::Surroundings&) {
                                    return drop(packet, "POSTROUTING", "-j DROP");
                                });
    EXPECT_EQ(ask(kUdp).outcome, Outcome::blocked);
    EXPECT_EQ(ask(kTcp).outcome,
              Outcome::timeout); // tcp_connect() takes a lost SYN for one on the way
}

// Nothing comes back to the client, which sends its SYN three times.
TEST_F(LocalTest, A_SYN_ACK_is_sent_again_as_often_as_the_sysctl_says)
{
    host.listen(kTcp, 80);
    world.rules("client").chain(HookFamily::ipv4, Hook::prerouting, 0, "PREROUTING",
                                [](const rules::PacketView& packet, const rules::Surroundings&) {
                                    return drop(packet, "PREROUTING", "-j DROP");
                                });
    const auto answers = [&] {
        return std::ranges::count(ask(kTcp).packets, "SYN+ACK 10.0.0.1:80 > 10.0.0.2:40000",
                                  &model::TracedPacket::summary);
    };
    EXPECT_EQ(answers(), 3 + 2);
    host.sysctl("net.ipv4.tcp_synack_retries", 0);
    EXPECT_EQ(answers(), 3);
}

TEST_F(LocalTest,
       What_the_snapshot_tells_of_and_the_model_does_not_know_is_assumed_to_change_nothing)
{
    host.listen(kTcp, 80);
    EXPECT_THAT(ask(kTcp).assumptions, testing::IsEmpty());
    host.at("eth0").xdp = true;
    host.at("eth0").traffic_control = true;
    host.netns.unread = {"rules of arptables-legacy"};
    std::ranges::find(client.netns.routes, prefix("10.0.0.0/24"), &model::Route::destination)
        ->encapsulated = true;
    world.netns("elsewhere").netns.unread = {"nothing that this exchange meets"};
    EXPECT_THAT(ask(kTcp).assumptions,
                testing::UnorderedElementsAre(
                    "the XDP program of eth0 in host passes every frame",
                    "the tc filters on eth0 in host pass every packet unchanged",
                    "what could not be read in host makes no difference: rules of arptables-legacy",
                    testing::HasSubstr("encapsulates packets; this is ignored")));
}

} // namespace
} // namespace onlan::simulate
