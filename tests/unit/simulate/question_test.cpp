// What a question adds to a snapshot: machines out on the LAN.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulate/question.hpp"
#include "unit/simulate/builders.hpp"

namespace onlan::simulate {
namespace {

using testing::Contains;
using testing::HasSubstr;

// A host with one NIC and a default route by a gateway that the snapshot does not hold.
class QuestionTest : public testing::Test {
protected:
    QuestionTest()
    {
        host.address("eth0", "192.168.1.2/24").route("0.0.0.0/0", "eth0", "192.168.1.1");
    }
    model::Explanation ask(const std::string& from, const std::string& to)
    {
        model::Snapshot snapshot;
        snapshot.kernel = "6.18.0";
        snapshot.namespaces = {host.netns};
        if (far.netns.addresses.size() > 1)
            snapshot.namespaces.push_back(far.netns);
        const Question question =
            Question::pose(std::move(snapshot), from, Target::parse(to).value()).value();
        return explain(question.world(), question.flow());
    }

    NetnsBuilder host{"host", 1};
    NetnsBuilder far{"netns:far", 2}; // in the snapshot if it has more than 127.0.0.1
};

TEST_F(QuestionTest, An_address_off_every_subnet_is_behind_the_gateway)
{
    for (const std::string to : {"1.1.1.1:443/tcp", "1.1.1.1:53/udp", "1.1.1.1/icmp"}) {
        const auto explanation = ask("host", to);
        EXPECT_EQ(explanation.outcome, model::Outcome::delivered) << to;
        EXPECT_THAT(explanation.assumptions,
                    Contains(HasSubstr("lan:192.168.1.1 forwards to 1.1.1.1")));
        EXPECT_THAT(explanation.assumptions,
                    Contains(HasSubstr("lan:1.1.1.1 is an ordinary host behind lan:192.168.1.1")));
    }
}

TEST_F(QuestionTest, Only_who_is_asked_for_a_port_is_taken_to_listen)
{
    const auto listens = Contains(HasSubstr("listens on port"));
    EXPECT_THAT(ask("host", "192.168.1.9:80/tcp").assumptions, listens);
    EXPECT_THAT(ask("host", "192.168.1.9/icmp").assumptions, testing::Not(listens));
    EXPECT_THAT(ask("host", "1.1.1.1/icmp").assumptions, testing::Not(listens));
}

TEST_F(QuestionTest, The_gateway_itself_can_be_the_client)
{
    EXPECT_EQ(ask("lan:192.168.1.1", "1.1.1.1:443/tcp").outcome, model::Outcome::delivered);
}

TEST_F(QuestionTest, A_client_may_be_beyond_the_gateway)
{
    host.listen(kTcp, 80);
    EXPECT_EQ(ask("lan:203.0.113.9", "192.168.1.2:80").outcome, model::Outcome::delivered);
}

TEST_F(QuestionTest, A_machine_has_the_mac_address_that_the_host_has_learned)
{
    host.netns.neighbours = {{.link = host.at("eth0").index,
                              .address = ip("192.168.1.9"),
                              .mac = net::MacAddress{{0x72, 1, 2, 3, 4, 5}},
                              .state = model::kNudReachable}};
    EXPECT_EQ(ask("host", "192.168.1.9/icmp").outcome, model::Outcome::delivered);
}

TEST_F(QuestionTest, What_leaves_the_snapshot_reaches_a_machine_whatever_the_device)
{
    for (const char* kind : {"bond", "tun", "wireguard", "veth"}) {
        host.at("eth0").kind = kind;
        host.at("eth0").peer = 7; // of a veth: in a namespace that is not there
        host.at("eth0").peer_netnsid = 3;
        EXPECT_EQ(ask("host", "192.168.1.9:80").outcome, model::Outcome::delivered) << kind;
    }
}

TEST_F(QuestionTest, Without_carrier_nothing_leaves)
{
    host.at("eth0").carrier = false;
    const auto explanation = ask("host", "192.168.1.9:80");
    EXPECT_EQ(explanation.outcome, model::Outcome::unreachable);
    EXPECT_THAT(explanation.cause.summary, HasSubstr("eth0 has no carrier"));
}

TEST_F(QuestionTest, The_two_ends_of_a_tunnel_meet)
{
    for (NetnsBuilder* end : {&host, &far})
        end->add({.name = "wg0", .kind = "wireguard", .mac = net::MacAddress{}, .arp = false});
    host.address("wg0", "10.8.0.1/32").route("10.8.0.0/24", "wg0");
    far.address("wg0", "10.8.0.2/32").route("10.8.0.0/24", "wg0").listen(kTcp, 80);
    EXPECT_EQ(ask("host", "10.8.0.2:80").outcome, model::Outcome::delivered);
    EXPECT_EQ(ask("host", "10.8.0.2:81").outcome, model::Outcome::refused);
    EXPECT_EQ(ask("netns:far", "10.8.0.1/icmp").outcome, model::Outcome::delivered);
}

TEST_F(QuestionTest, A_tunnel_needs_no_address_of_its_own)
{
    host.add({.name = "tun0", .kind = "tun", .arp = false});
    host.route("10.9.0.0/24", "tun0");
    host.netns.routes.back().preferred_source = ip("192.168.1.2");
    EXPECT_EQ(ask("host", "10.9.0.7:80").outcome, model::Outcome::delivered);
}

TEST_F(QuestionTest, A_namespace_may_have_a_segment_and_a_gateway_of_its_own)
{
    far.add({.name = "eth7", .mac = net::MacAddress{{2, 7, 0, 0, 0, 7}}, .ethernet = true});
    far.address("eth7", "10.7.0.2/24").route("0.0.0.0/0", "eth7", "10.7.0.1");
    EXPECT_EQ(ask("netns:far", "10.7.0.9:80").outcome, model::Outcome::delivered);
    EXPECT_EQ(ask("lan:10.7.0.9", "10.7.0.2/icmp").outcome, model::Outcome::delivered);
    const auto beyond = ask("netns:far", "203.0.113.9:80");
    EXPECT_EQ(beyond.outcome, model::Outcome::delivered);
    EXPECT_THAT(beyond.assumptions, Contains(HasSubstr("lan:10.7.0.1 is an ordinary router")));
}

TEST_F(QuestionTest, Who_was_asked_for_its_mac_address_knows_who_asked)
{
    host.netns.neighbours = {{.link = host.at("eth0").index,
                              .address = ip("192.168.1.9"),
                              .mac = net::MacAddress{{0x72, 1, 2, 3, 4, 5}},
                              .state = model::kNudStale}};
    const auto explanation = ask("lan:192.168.1.9", "192.168.1.2/icmp");
    EXPECT_EQ(explanation.outcome, model::Outcome::delivered);
    EXPECT_EQ(explanation.packets.size(), 2U); // no ARP
}

TEST_F(QuestionTest, Without_a_gateway_nothing_is_behind_it)
{
    host.netns.routes.pop_back();
    EXPECT_EQ(ask("host", "1.1.1.1:443/tcp").outcome, model::Outcome::unreachable);
}

} // namespace
} // namespace onlan::simulate
