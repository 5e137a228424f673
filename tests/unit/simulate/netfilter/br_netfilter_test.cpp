// The IP firewall on bridged frames: net/bridge/br_netfilter_hooks.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::HookFamily;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// Two containers on br0, which has 10.0.0.1; each hook writes down what it is shown.
class BrNetfilterTest : public testing::Test {
protected:
    BrNetfilterTest()
    {
        host.bridge("br0").call_iptables().forwarding();
        for (const std::string port : {"a", "b"}) {
            world.cable(host, port, world.netns("behind-" + port), "eth0");
            host.port(port, "br0");
        }
        host.address("br0", "10.0.0.1/24");
        for (const auto& [port, number] : {std::pair{"a", 1U}, {"b", 2U}})
            host.netns.fdb.push_back(
                {.port = host.at(port).index, .bridge = host.at("br0").index, .mac = mac(number)});
        for (const Hook hook :
             {Hook::prerouting, Hook::input, Hook::forward, Hook::output, Hook::postrouting})
            watch(hook);
    }
    void watch(Hook hook)
    {
        constexpr const char* kNames[] = {"ingress", "prerouting",  "input", "forward",
                                          "output",  "postrouting", "egress"};
        const std::string name = kNames[static_cast<std::size_t>(hook)];
        world.rules("host").chain(
            HookFamily::ipv4, hook, 0, name,
            [this, name](const rules::PacketView& packet, const rules::Surroundings&) {
                const auto device = [](const model::Link* link) {
                    return link == nullptr ? std::string("-") : link->name;
                };
                if (packet.protocol == kUdp)
                    seen.push_back(name + " " + device(packet.in) + " " + device(packet.out));
                physical = device(packet.physical_in) + " " + device(packet.physical_out);
                return accept(packet);
            });
    }
    // A datagram from a to 10.0.0.2, by default in a frame for b.
    Sent& send(const net::MacAddress& to = mac(2),
               Ip packet = datagram("10.0.0.11", 1000, "10.0.0.2", 53))
    {
        built_ = std::make_unique<World>(world.build(kernel));
        sent_ = std::make_unique<Sent>(*built_);
        return sent_->in(
            "host", "a",
            {.ethernet = {.source = mac(1), .destination = to, .vlan = vlan}, .ip = packet});
    }
    void dnat(const std::string& to)
    {
        world.rules("host").nat(
            Hook::prerouting, "nat PREROUTING",
            [to](const rules::PacketView& packet, const rules::Surroundings&) {
                return translate(packet,
                                 {.kind = rules::NatKind::destination, .first_address = ip(to)},
                                 "-j DNAT");
            });
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    std::optional<std::uint16_t> vlan;
    Kernel kernel;
    std::vector<std::string> seen;
    std::string physical;

private:
    std::unique_ptr<World> built_;
    std::unique_ptr<Sent> sent_;
};

TEST_F(BrNetfilterTest, A_bridged_packet_passes_three_hooks_with_the_bridge_as_its_device)
{
    send();
    EXPECT_THAT(seen, ElementsAre("prerouting br0 -", "forward br0 br0", "postrouting - br0"));
    EXPECT_EQ(physical, "a b");
}

TEST_F(BrNetfilterTest, Without_the_sysctl_it_passes_none)
{
    host.call_iptables(0);
    EXPECT_THAT(send().steps("veth"), ElementsAre("eth0 veth cross"));
    EXPECT_THAT(seen, IsEmpty());
}

TEST_F(BrNetfilterTest, A_bridges_own_switch_works_beside_the_sysctl)
{
    host.call_iptables(0);
    host.at("br0").bridge->nf_call.iptables = true;
    send();
    EXPECT_THAT(seen, Contains("forward br0 br0"));
}

TEST_F(BrNetfilterTest, A_tagged_frame_passes_none_until_it_is_asked_for)
{
    vlan = 30;
    EXPECT_THAT(send().steps("veth"), ElementsAre("eth0 veth cross"));
    EXPECT_THAT(seen, IsEmpty());
    host.sysctl("net.bridge.bridge-nf-filter-vlan-tagged", 1);
    send();
    EXPECT_THAT(seen, Contains("forward br0 br0"));
}

TEST_F(BrNetfilterTest, A_packet_for_the_host_passes_PREROUTING_once)
{
    send(*host.at("br0").mac, datagram("10.0.0.11", 1000, "10.0.0.1", 53));
    EXPECT_THAT(seen, ElementsAre("prerouting br0 -", "input br0 -"));
}

TEST_F(BrNetfilterTest, A_flooded_packet_passes_FORWARD_once_for_each_port)
{
    world.cable(host, "c", world.netns("behind-c"), "eth0");
    host.port("c", "br0");
    send(mac(9));
    EXPECT_EQ(std::ranges::count(seen, "forward br0 br0"), 2);
    EXPECT_EQ(std::ranges::count(seen, "prerouting br0 -"), 1);
}

TEST_F(BrNetfilterTest, A_translated_packet_for_a_neighbour_on_the_bridge_goes_on_bridging)
{
    constexpr std::uint16_t kReachable = 2;
    host.netns.neighbours.push_back({.link = host.at("br0").index,
                                     .address = ip("10.0.0.2"),
                                     .mac = mac(2),
                                     .state = kReachable});
    dnat("10.0.0.2");
    EXPECT_THAT(send(*host.at("br0").mac, datagram("10.0.0.11", 1000, "10.0.0.1", 53))
                    .steps("br_netfilter"),
                ElementsAre("br0 br_netfilter bridge"));
    EXPECT_THAT(seen, Contains("forward br0 br0"));
    EXPECT_THAT(seen, Not(Contains("input br0 -")));
}

TEST_F(BrNetfilterTest, A_translated_packet_for_elsewhere_is_taken_up_and_routed)
{
    host.address("eth9", "10.9.0.1/24");
    dnat("10.9.0.2");
    EXPECT_THAT(send().steps("br_netfilter"), ElementsAre("br0 br_netfilter divert"));
    EXPECT_THAT(seen, Contains("forward br0 eth9"));
}

TEST_F(BrNetfilterTest, A_translated_packet_has_to_pass_the_reverse_path_filter_of_the_bridge)
{
    host.sysctl("net.ipv4.conf.all.rp_filter", 1).address("eth9", "10.9.0.1/24");
    dnat("10.9.0.2");
    EXPECT_THAT(send(mac(2), datagram("10.9.0.77", 1000, "10.0.0.2", 53)).steps("rp_filter"),
                ElementsAre("br0 rp_filter drop"));
}

TEST_F(BrNetfilterTest, A_new_port_alone_does_not_take_the_packet_off_its_way)
{
    world.rules("host").nat(Hook::prerouting, "nat PREROUTING",
                            [](const rules::PacketView& packet, const rules::Surroundings&) {
                                return translate(packet,
                                                 {.kind = rules::NatKind::destination,
                                                  .first_address = packet.destination,
                                                  .first_port = std::uint16_t{5353}},
                                                 "-j DNAT");
                            });
    EXPECT_THAT(send().steps("br_netfilter"), IsEmpty());
    EXPECT_THAT(seen, Contains("forward br0 br0"));
}

TEST_F(BrNetfilterTest, REJECT_answers_a_bridged_packet_though_its_frame_is_for_another)
{
    world.rules("host").chain(HookFamily::ipv4, Hook::forward, 1, "reject",
                              [](const rules::PacketView& packet, const rules::Surroundings&) {
                                  return packet.protocol == kUdp &&
                                                 packet.type == rules::PacketType::host
                                             ? rules::ChainOutcome{.verdict = rules::Verdict::drop,
                                                                   .reject = rules::Reject{},
                                                                   .packet = packet}
                                             : accept(packet);
                              });
    EXPECT_THAT(send().packets(), Contains("ICMP unreachable/3 10.0.0.1 > 10.0.0.11"));
}

TEST_F(BrNetfilterTest, A_packet_that_is_longer_than_the_port_takes_gets_no_room_for_a_tag)
{
    host.at("b").mtu = 1000;
    Ip packet = datagram("10.0.0.11", 1000, "10.0.0.2", 53);
    packet.length = 1001;
    EXPECT_THAT(send(mac(2), packet).steps("bridge/mtu"), ElementsAre("b bridge/mtu drop"));
    packet.dont_fragment = false;
    EXPECT_THAT(send(mac(2), packet).steps("bridge/mtu"), IsEmpty()) << "the bridge cuts it";
}

TEST_F(BrNetfilterTest, A_chain_of_the_bridge_family_at_priority_0_runs_before_the_IP_hooks)
{
    world.rules("host").chain(HookFamily::bridge, Hook::forward, 0, "bridge forward",
                              [this](const rules::PacketView& packet, const rules::Surroundings&) {
                                  seen.push_back("bridge " + packet.in->name + " " +
                                                 packet.out->name);
                                  return accept(packet);
                              });
    send();
    EXPECT_THAT(seen, ElementsAre("prerouting br0 -", "bridge a b", "forward br0 br0",
                                  "postrouting - br0"));
}

TEST_F(BrNetfilterTest, On_an_old_kernel_such_a_chain_sees_no_IP_packet)
{
    kernel = kernel_of("6.1.0-40-amd64");
    world.rules("host").chain(HookFamily::bridge, Hook::forward, 0, "bridge forward",
                              [this](const rules::PacketView& packet, const rules::Surroundings&) {
                                  seen.push_back("bridge");
                                  return accept(packet);
                              });
    send();
    EXPECT_THAT(seen, Not(Contains("bridge")));
    EXPECT_THAT(seen, Contains("forward br0 br0"));
}

TEST_F(BrNetfilterTest, ARP_passes_the_IP_hooks_by)
{
    const World built = world.build();
    Sent sent(built);
    sent.in(
        "host", "a",
        {.ethernet = {.source = mac(1), .destination = kEverybody, .type = kEtherArp},
         .arp = Arp{.sender_mac = mac(1), .sender = ip("10.0.0.11"), .target = ip("10.0.0.2")}});
    EXPECT_THAT(sent.steps("veth"), ElementsAre("eth0 veth cross"));
    EXPECT_THAT(sent.steps(), Not(Contains(testing::HasSubstr(" ip/"))));
}

} // namespace
} // namespace onlan::simulate
