// ARP: net/ipv4/arp.c, net/core/neighbour.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using testing::ElementsAre;

// A host with two devices that hears a request by the first of them.
class ArpTest : public testing::Test {
protected:
    ArpTest()
    {
        world.cable(peer, "eth0", host, "eth0").cable(other, "eth0", host, "eth1");
        host.address("eth0", "10.0.0.1/24").address("eth1", "10.1.0.1/24");
    }
    void sysctl(const std::string& device, const std::string& word, int value)
    {
        host.sysctl("net.ipv4.conf." + device + "." + word, value);
    }
    // The answers to "who has `target`", asked by `sender`.
    std::vector<std::string> answers(const std::string& target,
                                     const std::string& sender = "10.0.0.2")
    {
        built_ = std::make_unique<World>(world.build());
        Sent sent(*built_);
        sent.in("host", "eth0",
                {.ethernet = {.source = mac(1), .destination = kEverybody, .type = kEtherArp},
                 .arp = Arp{.sender_mac = mac(1), .sender = ip(sender), .target = ip(target)}});
        auto packets = sent.packets();
        packets.erase(packets.begin());
        return packets;
    }
    bool answered(const std::string& target, const std::string& sender = "10.0.0.2")
    {
        return !answers(target, sender).empty();
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& peer = world.netns("peer");
    NetnsBuilder& other = world.netns("other");

private:
    std::unique_ptr<World> built_;
};

TEST_F(ArpTest, An_address_of_the_device_is_answered_with_its_MAC)
{
    EXPECT_THAT(answers("10.0.0.1"),
                ElementsAre("ARP 10.0.0.1 is-at " + host.at("eth0").mac->to_string()));
}

TEST_F(ArpTest, So_is_an_address_of_another_device)
{
    EXPECT_TRUE(answered("10.1.0.1"));
}

TEST_F(ArpTest, A_foreign_address_is_not)
{
    EXPECT_FALSE(answered("10.0.0.9"));
}

TEST_F(ArpTest, With_arp_ignore_1_only_addresses_of_the_device_count)
{
    sysctl("all", "arp_ignore", 1);
    EXPECT_TRUE(answered("10.0.0.1"));
    EXPECT_FALSE(answered("10.1.0.1"));
}

TEST_F(ArpTest, With_arp_ignore_2_the_sender_has_to_be_of_the_subnet_too)
{
    host.route("10.7.0.0/24", "eth0");
    EXPECT_TRUE(answered("10.0.0.1", "10.7.0.2"));
    sysctl("eth0", "arp_ignore", 2);
    EXPECT_TRUE(answered("10.0.0.1", "10.0.0.2"));
    EXPECT_FALSE(answered("10.0.0.1", "10.7.0.2"));
}

TEST_F(ArpTest, With_arp_ignore_8_nothing_is_answered)
{
    sysctl("eth0", "arp_ignore", 8);
    EXPECT_FALSE(answered("10.0.0.1"));
}

TEST_F(ArpTest, With_arp_filter_the_way_to_the_sender_has_to_be_the_same_device)
{
    sysctl("eth0", "arp_filter", 1);
    EXPECT_TRUE(answered("10.0.0.1", "10.0.0.2"));
    EXPECT_FALSE(answered("10.0.0.1", "10.1.0.2"));
}

TEST_F(ArpTest, A_source_that_fails_validation_is_not_answered)
{
    EXPECT_TRUE(answered("10.0.0.1", "10.1.0.2"));
    sysctl("all", "rp_filter", 1);
    EXPECT_FALSE(answered("10.0.0.1", "10.1.0.2"));
}

TEST_F(ArpTest, On_a_device_without_address_loose_mode_answers_nobody_from_elsewhere)
{
    std::erase_if(host.netns.addresses, [&](const model::Address& address) {
        return address.link == host.at("eth0").index;
    });
    EXPECT_TRUE(answered("10.1.0.1", "10.1.0.2"));
    sysctl("all", "rp_filter", 2);
    EXPECT_FALSE(answered("10.1.0.1", "10.1.0.2"));
}

TEST_F(ArpTest, A_proxy_answers_for_what_it_would_forward)
{
    host.forwarding().sysctl("net.ipv4.neigh.eth0.proxy_delay", 0);
    EXPECT_FALSE(answered("10.1.0.9"));
    sysctl("eth0", "proxy_arp", 1);
    EXPECT_TRUE(answered("10.1.0.9"));
    EXPECT_FALSE(answered("10.0.0.9")) << "it would go back by the same device";
    sysctl("eth0", "proxy_arp_pvlan", 1);
    EXPECT_TRUE(answered("10.0.0.9"));
}

TEST_F(ArpTest, A_proxy_takes_its_time)
{
    host.forwarding();
    sysctl("eth0", "proxy_arp", 1);
    EXPECT_FALSE(answered("10.1.0.9"));
    peer.address("eth0", "10.0.0.2/16").route("10.1.0.0/16", "eth0");
    other.address("eth0", "10.1.0.9/24").route("0.0.0.0/0", "eth0", "10.1.0.1").listen(kUdp, 80);
    const World late = world.build();
    EXPECT_EQ(
        explain(late, {.from = "peer", .to = ip("10.1.0.9"), .protocol = kUdp, .port = 80}).outcome,
        model::Outcome::delivered);
}

TEST_F(ArpTest, A_probe_for_duplicates_is_answered)
{
    EXPECT_TRUE(answered("10.0.0.1", "0.0.0.0"));
}

TEST_F(ArpTest, A_device_without_ARP_answers_nothing)
{
    host.at("eth0").arp = false;
    EXPECT_FALSE(answered("10.0.0.1"));
}

// One segment with two hosts that both answer for an address.
TEST(Neighbour, Of_two_answers_the_first_one_stays)
{
    WorldBuilder world;
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& wire = world.netns("wire");
    world.cable(client, "eth0", wire, "port");
    client.address("eth0", "10.0.0.2/24");
    const World built = world.build();
    Sent sent(built);
    for (const unsigned who : {1U, 2U})
        sent.in("client", "eth0",
                {.ethernet = {.source = mac(who),
                              .destination = *client.at("eth0").mac,
                              .type = kEtherArp},
                 .arp = Arp{.reply = true,
                            .sender_mac = mac(who),
                            .sender = ip("10.0.0.1"),
                            .target = ip("10.0.0.2")}});
    EXPECT_EQ(find_neighbour(sent.run(), {.device = built.find("client")->find("eth0"),
                                          .address = ip("10.0.0.1")}),
              mac(1));
}

// A client that is asked for its address by 10.0.0.1, which moves from one MAC to the next.
class NeighbourThatAsksTest : public testing::Test {
protected:
    net::MacAddress where_it_is_after(std::initializer_list<unsigned> macs)
    {
        const World built = world.build();
        Sent sent(built);
        for (const unsigned who : macs)
            sent.in("client", "eth0",
                    {.ethernet = {.source = mac(who), .destination = kEverybody, .type = kEtherArp},
                     .arp = Arp{.sender_mac = mac(who),
                                .sender = ip("10.0.0.1"),
                                .target = ip("10.0.0.2")}});
        return *find_neighbour(
            sent.run(), {.device = built.find("client")->find("eth0"), .address = ip("10.0.0.1")});
    }

    WorldBuilder world;
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& wire = world.netns("wire");

    NeighbourThatAsksTest()
    {
        world.cable(client, "eth0", wire, "port");
        client.address("eth0", "10.0.0.2/24");
    }
};

TEST_F(NeighbourThatAsksTest, Is_where_it_asked_from_last)
{
    EXPECT_EQ(where_it_is_after({1, 2}), mac(2));
}

TEST_F(NeighbourThatAsksTest, Leaves_an_entry_that_somebody_made_by_hand)
{
    client.netns.neighbours.push_back({.link = client.at("eth0").index,
                                       .address = ip("10.0.0.1"),
                                       .mac = mac(1),
                                       .state = 0x80}); // NUD_PERMANENT
    EXPECT_EQ(where_it_is_after({2}), mac(1));
}

TEST(Neighbour, One_that_nobody_answers_for_is_unreachable)
{
    WorldBuilder world;
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& wire = world.netns("wire");
    world.cable(client, "eth0", wire, "port");
    client.address("eth0", "10.0.0.2/24");
    const World built = world.build();
    const auto explanation = explain(built, {.from = "client", .to = ip("10.0.0.1"), .port = 80});
    EXPECT_EQ(explanation.outcome, model::Outcome::unreachable);
    EXPECT_EQ(explanation.error, "EHOSTUNREACH");
    EXPECT_EQ(explanation.cause.kind, model::CauseKind::no_neighbour);
}

// Two machines on a bridge of the host, which has no address.
class NeighbourDiscoveryTest : public testing::Test {
protected:
    NeighbourDiscoveryTest()
    {
        host.bridge("br0").call_iptables().sysctl("net.bridge.bridge-nf-call-ip6tables", 1);
        for (auto* machine : {&a, &b}) {
            const std::string port = "to-" + machine->netns.name;
            world.cable(host, port, *machine, "eth0");
            host.port(port, "br0");
        }
        a.address("eth0", "fd00::1/64");
        b.address("eth0", "fd00::2/64").listen(kTcp, 80, "::").listen(kTcp, 81, "::");
    }
    model::Explanation ask(const std::string& address)
    {
        built_ = std::make_unique<World>(world.build());
        return explain(*built_, {.from = "a", .to = ip(address), .protocol = kTcp, .port = 80});
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& a = world.netns("a");
    NetnsBuilder& b = world.netns("b");

private:
    std::unique_ptr<World> built_;
};

TEST_F(NeighbourDiscoveryTest, Its_packets_pass_the_IPv6_hooks_of_a_bridge)
{
    EXPECT_EQ(ask("fd00::2").outcome, model::Outcome::delivered);
    world.rules("host").chain(rules::HookFamily::ipv6, rules::Hook::forward, 0, "FORWARD",
                              [](const rules::PacketView& packet, const rules::Surroundings&) {
                                  return drop(packet, "FORWARD", "policy drop");
                              });
    EXPECT_EQ(ask("fd00::2").outcome, model::Outcome::unreachable);
}

TEST_F(NeighbourDiscoveryTest, Its_packets_are_ICMPv6_and_never_tracked)
{
    std::vector<std::string> seen;
    const auto watch = [&](const rules::PacketView& packet, const rules::Surroundings&) {
        if (packet.protocol == kIcmpv6)
            seen.push_back(
                std::to_string(packet.icmp_type) + " to " + packet.destination.to_string() +
                (packet.ct.state == rules::CtState::untracked ? " untracked" : " tracked"));
        return accept(packet);
    };
    world.rules("b")
        .tracking()
        .chain(rules::HookFamily::ipv6, rules::Hook::input, 0, "INPUT", watch)
        .chain(rules::HookFamily::ipv6, rules::Hook::output, 0, "OUTPUT", watch);
    EXPECT_EQ(ask("fd00::2").outcome, model::Outcome::delivered);
    EXPECT_THAT(seen, ElementsAre("135 to ff02::1:ff00:2 untracked", "136 to fd00::1 untracked"));
}

TEST_F(NeighbourDiscoveryTest, Only_the_device_that_has_the_address_answers)
{
    b.address("eth1", "fd00::3/128");
    EXPECT_EQ(ask("fd00::3").outcome, model::Outcome::unreachable);
}

TEST_F(NeighbourDiscoveryTest,
       For_a_packet_of_somebody_else_the_device_asks_by_its_link_local_address)
{
    a.address("eth0", "fe80::a/64").address("lo", "fd00::9/128");
    a.route("fd00::2/128", "eth0");
    a.netns.routes.back().preferred_source = ip("fd00::9");
    std::vector<std::string> summaries;
    for (const model::TracedPacket& packet : ask("fd00::2").packets)
        summaries.push_back(packet.summary);
    EXPECT_THAT(summaries, testing::Contains("NDP who-has fd00::2 tell fe80::a"));
}

} // namespace
} // namespace onlan::simulate
