// The bridge's rules: net/bridge/br_input.c, br_forward.c, br_fdb.c, br_vlan.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using model::PortState;
using rules::Hook;
using rules::HookFamily;
using testing::ElementsAre;
using testing::IsEmpty;

// br0 with the ports a, b and c, in this order of being added, each with a cable to a neighbour.
class BridgeTest : public testing::Test {
protected:
    BridgeTest()
    {
        host.bridge("br0");
        for (const std::string port : {"a", "b", "c"}) {
            world.cable(host, port, world.netns("behind-" + port), "eth0");
            host.port(port, "br0");
        }
    }
    model::BridgePort& port(const std::string& name) { return *host.at(name).port; }
    net::MacAddress own(const std::string& device) { return *host.at(device).mac; }
    void known(const std::string& device, const net::MacAddress& address, std::uint16_t vlan = 0)
    {
        host.netns.fdb.push_back({.port = host.at(device).index,
                                  .bridge = host.at("br0").index,
                                  .mac = address,
                                  .vlan = vlan});
    }
    static Packet frame(const net::MacAddress& to, const net::MacAddress& from = mac(1))
    {
        return {.ethernet = {.source = from, .destination = to},
                .ip = datagram("10.0.0.1", 1000, "10.0.0.2", 2000)};
    }
    // Where a frame that comes in by `port` goes: "to behind-b", "up", "drop".
    std::vector<std::string> where(const std::string& port, Packet packet)
    {
        if (!sent_) {
            built_ = std::make_unique<World>(world.build());
            sent_ = std::make_unique<Sent>(*built_);
        }
        simulate::Run& run = sent_->run();
        const std::size_t before = run.record.steps.size();
        sent_->in("host", port, std::move(packet));
        std::vector<std::string> places;
        for (std::size_t i = before; i < run.record.steps.size(); ++i) {
            const Record::Step& step = run.record.steps[i];
            if (step.stage == Stage::veth && step.action == Action::cross)
                places.push_back("to " + step.netns->name());
            else if (step.action == Action::pass_up)
                places.emplace_back("up");
            else if (step.action == Action::drop && model::word(step.stage).starts_with("bridge"))
                places.emplace_back("drop");
        }
        return places;
    }
    std::vector<std::string> assumptions() { return sent_->run().assumptions; }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");

private:
    std::unique_ptr<World> built_;
    std::unique_ptr<Sent> sent_;
};

TEST_F(BridgeTest, A_frame_for_a_known_MAC_goes_to_its_port_only)
{
    known("b", mac(2));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-b"));
}

TEST_F(BridgeTest, A_frame_for_an_unknown_MAC_is_flooded_to_the_newest_port_first)
{
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-c", "to behind-b"));
}

TEST_F(BridgeTest, A_broadcast_is_flooded_and_then_passed_up)
{
    EXPECT_THAT(where("a", frame(kEverybody)), ElementsAre("to behind-c", "to behind-b", "up"));
}

TEST_F(BridgeTest, A_frame_for_a_local_MAC_is_passed_up_and_never_forwarded)
{
    for (const std::string device : {"br0", "a", "b"})
        EXPECT_THAT(where("a", frame(own(device))), ElementsAre("up")) << device;
}

TEST_F(BridgeTest, A_frame_for_a_permanent_entry_is_passed_up)
{
    constexpr std::uint16_t kPermanent = 0x80;
    known("b", mac(2));
    host.netns.fdb.back().state = kPermanent;
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("up"));
}

TEST_F(BridgeTest, A_frame_whose_source_is_no_station_is_dropped)
{
    EXPECT_THAT(where("a", frame(mac(2), kEverybody)), ElementsAre("drop"));
    EXPECT_THAT(where("a", frame(mac(2), {})), ElementsAre("drop"));
}

TEST_F(BridgeTest, A_frame_does_not_return_by_its_port_unless_that_is_a_hairpin)
{
    known("a", mac(2));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("drop"));
}

TEST_F(BridgeTest, A_hairpin_returns_frames_and_broadcasts_to_their_sender)
{
    known("a", mac(2));
    port("a").hairpin = true;
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-a"));
    EXPECT_THAT(where("a", frame(kEverybody)),
                ElementsAre("to behind-c", "to behind-b", "to behind-a", "up"));
}

TEST_F(BridgeTest, A_station_that_answers_is_learned)
{
    where("b", frame(mac(1), mac(2)));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-b"));
}

TEST_F(BridgeTest, A_station_that_moves_is_found_at_its_new_port)
{
    known("b", mac(2));
    where("c", frame(mac(1), mac(2)));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-c"));
}

TEST_F(BridgeTest, A_frame_that_claims_the_bridges_own_MAC_is_forwarded_and_not_learned)
{
    known("b", mac(2));
    EXPECT_THAT(where("c", frame(mac(2), own("br0"))), ElementsAre("to behind-b"));
    EXPECT_THAT(where("a", frame(own("br0"))), ElementsAre("up"));
}

TEST_F(BridgeTest, A_port_that_does_not_learn_leaves_its_stations_unknown)
{
    port("b").learning = false;
    where("b", frame(mac(1), mac(2)));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-c", "to behind-b"));
}

TEST_F(BridgeTest, Isolated_ports_reach_others_but_not_each_other)
{
    port("a").isolated = port("b").isolated = true;
    EXPECT_THAT(where("a", frame(mac(9))), ElementsAre("to behind-c"));
    EXPECT_THAT(where("c", frame(mac(9))), ElementsAre("to behind-b", "to behind-a"));
}

TEST_F(BridgeTest, The_flags_of_a_port_keep_their_kind_of_flood_from_it)
{
    known("b", mac(2));
    port("b").flood = port("b").bcast_flood = port("b").mcast_flood = false;
    EXPECT_THAT(where("a", frame(mac(9))), ElementsAre("to behind-c"));
    EXPECT_THAT(where("a", frame(kEverybody)), ElementsAre("to behind-c", "up"));
    EXPECT_THAT(where("a", frame({{0x01, 0, 0x5E, 0, 0, 5}})), ElementsAre("to behind-c", "up"));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-b"));
}

TEST_F(BridgeTest, A_locked_port_takes_frames_of_its_known_stations_only)
{
    port("a").locked = true;
    known("a", mac(1));
    known("b", mac(2));
    EXPECT_THAT(where("a", frame(mac(2), mac(1))), ElementsAre("to behind-b"));
    EXPECT_THAT(where("a", frame(mac(2), mac(7))), ElementsAre("drop"));
    EXPECT_THAT(where("a", frame(mac(2), mac(2))), ElementsAre("drop"));
}

TEST_F(BridgeTest, A_port_that_is_learning_learns_and_drops)
{
    port("b").state = PortState::learning;
    EXPECT_THAT(where("b", frame(mac(1), mac(2))), ElementsAre("drop"));
    port("b").state = PortState::forwarding;
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-b"));
}

TEST_F(BridgeTest, A_port_that_is_disabled_or_listening_takes_and_gets_nothing)
{
    for (const PortState state : {PortState::disabled, PortState::listening}) {
        port("b").state = state;
        EXPECT_THAT(where("b", frame(mac(9))), ElementsAre("drop"));
        EXPECT_THAT(where("a", frame(mac(9))), ElementsAre("to behind-c"));
    }
}

TEST_F(BridgeTest, A_bridge_that_is_down_drops_everything)
{
    host.at("br0").up = false;
    EXPECT_THAT(where("a", frame(mac(9))), ElementsAre("drop"));
}

TEST_F(BridgeTest, A_backup_port_stands_in_for_one_without_carrier)
{
    known("b", mac(2));
    host.at("b").carrier = false;
    port("b").backup_port = host.at("c").index;
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-c"));
}

TEST_F(BridgeTest, A_frame_longer_than_the_port_takes_ends_silently)
{
    known("b", mac(2));
    host.at("b").mtu = 1000;
    Packet packet = frame(mac(2));
    packet.ip.length = 1004; // the room of a VLAN tag
    EXPECT_THAT(where("a", packet), ElementsAre("to behind-b"));
    packet.ip.length = 1005;
    EXPECT_THAT(where("a", packet), ElementsAre("drop"));
}

TEST_F(BridgeTest, Frames_between_bridges_stay_on_their_link_unless_the_mask_lets_them_pass)
{
    const Packet lldp = frame({{0x01, 0x80, 0xC2, 0, 0, 0x0E}});
    EXPECT_THAT(where("a", lldp), ElementsAre("up"));
    host.at("br0").bridge->group_fwd_mask = 1U << 0x0EU;
    EXPECT_THAT(where("a", lldp), ElementsAre("to behind-c", "to behind-b", "up"));
}

TEST_F(BridgeTest, Pause_frames_are_dropped_and_STP_is_forwarded_where_STP_is_off)
{
    EXPECT_THAT(where("a", frame({{0x01, 0x80, 0xC2, 0, 0, 0x01}})), ElementsAre("drop"));
    EXPECT_THAT(where("a", frame({{0x01, 0x80, 0xC2, 0, 0, 0x00}})),
                ElementsAre("to behind-c", "to behind-b", "up"));
}

TEST_F(BridgeTest, A_broute_rule_takes_the_frame_off_the_bridge)
{
    world.rules("host").chain(HookFamily::bridge, Hook::prerouting, -300, "BROUTING",
                              [](const rules::PacketView& packet, const rules::Surroundings&) {
                                  rules::ChainOutcome outcome = accept(packet);
                                  outcome.broute = true;
                                  return outcome;
                              });
    EXPECT_THAT(where("a", frame(mac(9))), IsEmpty());
}

TEST_F(BridgeTest, Without_filtering_a_tagged_frame_is_a_frame_like_any_other)
{
    known("b", mac(2));
    Packet packet = frame(mac(2));
    packet.ethernet.vlan = 30;
    EXPECT_THAT(where("a", packet), ElementsAre("to behind-b"));
}

class VlanTest : public BridgeTest {
protected:
    VlanTest()
    {
        host.at("br0").bridge->vlan_filtering = true;
        host.at("a").vlans = {{.first = 10, .last = 10, .pvid = true, .untagged = true}};
        host.at("b").vlans = {{.first = 10, .last = 20}};
        host.at("c").vlans = {{.first = 20, .last = 20, .pvid = true, .untagged = true}};
    }
};

TEST_F(VlanTest, An_untagged_frame_belongs_to_the_ports_own_VLAN)
{
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-b"));
    EXPECT_THAT(where("c", frame(mac(2))), ElementsAre("to behind-b"));
}

TEST_F(VlanTest, A_frame_of_a_VLAN_that_the_port_is_not_in_is_dropped)
{
    Packet packet = frame(mac(2));
    packet.ethernet.vlan = 30;
    EXPECT_THAT(where("b", packet), ElementsAre("drop"));
    EXPECT_THAT(where("b", frame(mac(2))), ElementsAre("drop")) << "there is no VLAN for untagged";
}

TEST_F(VlanTest, A_station_is_known_by_its_VLAN)
{
    known("b", mac(2), 20);
    EXPECT_THAT(where("c", frame(mac(2))), ElementsAre("to behind-b"));
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-b")) << "flooded within VLAN 10";
}

TEST_F(VlanTest, The_host_hears_the_VLANs_of_the_bridge_only)
{
    EXPECT_THAT(where("a", frame(kEverybody)), ElementsAre("to behind-b", "drop"));
    host.at("br0").vlans = {{.first = 10, .last = 10, .pvid = true, .untagged = true}};
    EXPECT_THAT(where("a", frame(kEverybody)), ElementsAre("to behind-b", "up"));
}

TEST_F(BridgeTest, What_the_ingress_chain_of_a_port_drops_never_reaches_the_bridge)
{
    world.rules("host").ingress({"b", "a"}, "in",
                                [](const rules::PacketView& packet, const rules::Surroundings&) {
                                    return drop(packet, "in", "drop");
                                });
    EXPECT_THAT(where("a", frame(mac(2))), IsEmpty());
    EXPECT_THAT(where("c", frame(mac(2))), ElementsAre("to behind-b", "to behind-a"));
}

TEST_F(BridgeTest, An_ingress_chain_without_devices_is_an_assumption)
{
    world.rules("host").ingress({}, "in",
                                [](const rules::PacketView& packet, const rules::Surroundings&) {
                                    return drop(packet, "in", "drop");
                                });
    EXPECT_THAT(where("a", frame(mac(2))), ElementsAre("to behind-c", "to behind-b"));
    EXPECT_THAT(assumptions(), ElementsAre("the chain in of test is not bound to any device that "
                                           "packets pass: the listing names none"));
}

} // namespace
} // namespace onlan::simulate
