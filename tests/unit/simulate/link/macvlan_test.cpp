// macvlan: drivers/net/macvlan.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using model::MacvlanMode;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

// A host with a NIC; two containers have a macvlan device on it.
class MacvlanTest : public testing::Test {
protected:
    void build(MacvlanMode mode)
    {
        world.cable(host, "eth0", wire, "eth0");
        for (NetnsBuilder* container : {&one, &two}) {
            model::Link& link = container->add({.name = "macvlan0", .kind = "macvlan"});
            link.macvlan_mode = mode;
            link.peer = host.at("eth0").index;
            link.peer_netnsid = static_cast<int>(host.netns.inode);
            container->netns.peers[static_cast<int>(host.netns.inode)] = host.netns.inode;
        }
        one.address("macvlan0", "10.0.0.1/24");
        two.address("macvlan0", "10.0.0.2/24").listen(kTcp, 80);
        host.address("eth0", "10.0.0.9/24").listen(kTcp, 80);
        wire.address("eth0", "10.0.0.5/24").listen(kTcp, 80);
        built_ = std::make_unique<World>(world.build());
    }
    model::Outcome from_one(const std::string& to)
    {
        return explain(*built_, {.from = "one", .to = ip(to), .port = 80}).outcome;
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& wire = world.netns("wire");
    NetnsBuilder& one = world.netns("one");
    NetnsBuilder& two = world.netns("two");
    std::unique_ptr<World> built_;
};

TEST_F(MacvlanTest, In_bridge_mode_siblings_reach_each_other_and_the_wire)
{
    build(MacvlanMode::bridge);
    EXPECT_EQ(from_one("10.0.0.2"), model::Outcome::delivered);
    EXPECT_EQ(from_one("10.0.0.5"), model::Outcome::delivered);
}

TEST_F(MacvlanTest, The_host_itself_never_hears_a_macvlan_device)
{
    build(MacvlanMode::bridge);
    EXPECT_EQ(from_one("10.0.0.9"), model::Outcome::unreachable);
}

TEST_F(MacvlanTest, In_private_mode_siblings_do_not_reach_each_other)
{
    build(MacvlanMode::private_);
    EXPECT_EQ(from_one("10.0.0.2"), model::Outcome::unreachable);
    EXPECT_EQ(from_one("10.0.0.5"), model::Outcome::delivered);
}

TEST_F(MacvlanTest, In_vepa_mode_everything_leaves_by_the_wire)
{
    build(MacvlanMode::vepa);
    EXPECT_EQ(from_one("10.0.0.2"), model::Outcome::unreachable)
        << "no switch out there sends it back";
    EXPECT_EQ(from_one("10.0.0.5"), model::Outcome::delivered);
}

TEST_F(MacvlanTest, A_frame_from_the_wire_goes_to_the_device_with_its_MAC)
{
    build(MacvlanMode::bridge);
    Sent sent(*built_);
    sent.in("host", "eth0",
            {.ethernet = {.source = mac(1), .destination = *two.at("macvlan0").mac},
             .ip = ping("10.0.0.5", "10.0.0.2")});
    EXPECT_THAT(sent.steps("macvlan"), Contains("macvlan0 macvlan deliver"));
    EXPECT_THAT(sent.steps("icmp"), ElementsAre("macvlan0 icmp answer"));
}

TEST_F(MacvlanTest, A_broadcast_from_the_wire_goes_to_all_and_to_the_host)
{
    build(MacvlanMode::bridge);
    Sent sent(*built_);
    sent.in("host", "eth0",
            {.ethernet = {.source = mac(1), .destination = kEverybody, .type = kEtherArp},
             .arp = Arp{.sender_mac = mac(1), .sender = ip("10.0.0.7"), .target = ip("10.0.0.9")}});
    EXPECT_THAT(sent.steps("macvlan"),
                ElementsAre("macvlan0 macvlan deliver", "macvlan0 macvlan deliver"));
    EXPECT_THAT(sent.steps("arp"), Contains("eth0 arp answer"));
    EXPECT_THAT(sent.steps("arp"), Not(Contains("macvlan0 arp answer")));
}

} // namespace
} // namespace onlan::simulate
