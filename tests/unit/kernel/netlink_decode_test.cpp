#include <algorithm>

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/conntrack_decode.hpp"
#include "kernel/link_decode.hpp"
#include "kernel/message.hpp"
#include "kernel/netlink_decode.hpp"
#include "kernel/sockets.hpp"
#include "model/policy_rule.hpp"
#include "unit/kernel/recorded.hpp"
#include "unit/net/values.hpp"

namespace onlan::kernel {
namespace {

using testing::Contains;
using testing::Field;

std::span<const std::uint8_t> bytes_of(const bridge_vlan_info& info)
{
    return {reinterpret_cast<const std::uint8_t*>(&info), sizeof info};
}

template <typename Value, typename Wanted>
Value only(const std::vector<Value>& values, Wanted wanted)
{
    const auto found = std::ranges::find_if(values, wanted);
    EXPECT_NE(found, values.end());
    return found == values.end() ? Value{} : *found;
}

model::Link link(const char* name)
{
    return only(Recorded("links-6.18.nl").values<model::Link>(link_from_message),
                [&](const model::Link& one) { return one.name == name; });
}

model::Route route(const char* destination)
{
    return only(
        Recorded("routes-ipv4-6.18.nl").values<model::Route>(route_from_message),
        [&](const model::Route& one) { return one.destination.to_string() == destination; });
}

TEST(NetlinkDecode, ABridgeTellsItsSwitches)
{
    const model::Link bridge = link("br0");
    const model::Link expected{
        .index = bridge.index,
        .name = "br0",
        .kind = "bridge",
        .mac = mac("02:00:00:00:00:0b"),
        .mtu = 1500, // its port's: what is asked at creation counts only until then
        .up = true,
        .carrier = false, // its only port was still listening
        .ethernet = true,
        .bridge = model::Bridge{.stp = true,
                                .forward_delay = 400,
                                .multicast_snooping = true,
                                .fdb_max_learned = 0,
                                .nf_call = {.iptables = true}}};
    EXPECT_EQ(bridge, expected);
}

TEST(NetlinkDecode, APortTellsItsBridgeItsPeerAndItsFlags)
{
    const model::Link port = link("va");
    const model::Link expected{
        .index = port.index,
        .name = "va",
        .kind = "veth",
        .alias = "onlan:test",
        .mac = mac("02:00:00:00:00:0a"),
        .mtu = 1500,
        .up = true,
        .carrier = true,
        .ethernet = true,
        .master = link("br0").index,
        .master_kind = "bridge",
        .peer = link("vb").index,
        .port =
            model::BridgePort{.state = port.port ? port.port->state : model::PortState::disabled,
                              .hairpin = true,
                              .isolated = true},
        .promiscuous = true}; // its bridge made it so
    EXPECT_EQ(port, expected);
}

TEST(NetlinkDecode, AMacvlanTellsItsLowerDevice)
{
    const model::Link macvlan = link("mv");
    EXPECT_EQ(macvlan.kind, "macvlan");
    EXPECT_EQ(macvlan.peer, link("vb").index);
}

TEST(NetlinkDecode, ABridgeTellsHowLongItRemembersAndWhatItForwardsBesides)
{
    const model::Bridge bridge = link("br1").bridge.value_or(model::Bridge{});
    EXPECT_EQ(bridge.ageing_time, 6000U);
    EXPECT_EQ(bridge.group_fwd_mask, 8);
    EXPECT_TRUE(bridge.multicast_querier);
}

TEST(NetlinkDecode, APortTellsWhatItDoesNotPassOn)
{
    const model::BridgePort expected{.learning = false,
                                     .flood = false,
                                     .mcast_flood = false,
                                     .bcast_flood = false,
                                     .locked = true,
                                     .proxy_arp = true};
    EXPECT_EQ(link("vc").port, expected);
}

TEST(NetlinkDecode, AMacvlanTellsItsMode)
{
    EXPECT_EQ(link("mv").macvlan_mode, model::MacvlanMode::bridge);
    EXPECT_EQ(link("mp").macvlan_mode, model::MacvlanMode::vepa);
}

TEST(NetlinkDecode, ADeviceTellsWhatElseDecidesOverItsPackets)
{
    EXPECT_FALSE(link("vd").arp);
    EXPECT_TRUE(link("vd").promiscuous);
    EXPECT_FALSE(link("br1").promiscuous);
    EXPECT_THAT(Recorded("qdiscs-6.18.nl").values<int>(filtering_qdisc_from_message),
                Contains(link("vd").index));
}

TEST(NetlinkDecode, ATrackedConnectionTellsItsStateMarkAndZone)
{
    const auto entries =
        Recorded("conntrack-6.18.nl").values<model::Conntrack>(conntrack_from_message);
    const auto created =
        only(entries, [](const model::Conntrack& one) { return one.zone_original == 3; });
    EXPECT_EQ(created.to_string(),
              "tcp 6 599 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=21 [UNREPLIED] "
              "src=10.0.0.2 dst=10.0.0.3 sport=21 dport=1024 mark=7 zone=3 status=0x8 "
              "flags=0xa/0xa");
    const auto real = only(
        entries, [](const model::Conntrack& one) { return one.original.destination_port == 8080; });
    EXPECT_EQ(real.original.source, ip("::1"));
    EXPECT_EQ(real.tcp_state, 3); // TCP_CONNTRACK_ESTABLISHED
    EXPECT_NE(real.tcp_scale_original, 0);
}

TEST(NetlinkDecode, AListenerTellsWhereItListens)
{
    const auto sockets =
        Recorded("sockets-6.18.nl").values<model::Socket>([](const nlmsghdr& message) {
            return socket_from_message(message, IPPROTO_TCP);
        });
    ASSERT_EQ(sockets.size(), 1U);
    EXPECT_EQ(sockets[0].address, ip("::"));
    EXPECT_EQ(sockets[0].port, 8080);
    EXPECT_TRUE(sockets[0].ipv6_only);
    EXPECT_NE(sockets[0].inode, 0U);
}

// What the kernel that recorded the bytes was built without, in messages made here.

TEST(NetlinkDecode, ABridgeThatFiltersVlansTellsTheVlansOfEachPort)
{
    const bridge_vlan_info untagged{.flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED,
                                    .vid = 10};
    const bridge_vlan_info first{.flags = BRIDGE_VLAN_INFO_RANGE_BEGIN, .vid = 20};
    const bridge_vlan_info last{.flags = BRIDGE_VLAN_INFO_RANGE_END, .vid = 29};
    Message message(RTM_NEWLINK, 0, ifinfomsg{.ifi_family = AF_BRIDGE, .ifi_index = 7});
    message.nest(IFLA_AF_SPEC, [&] {
        for (const bridge_vlan_info& info : {untagged, first, last})
            message.put(IFLA_BRIDGE_VLAN_INFO, bytes_of(info));
    });
    const auto vlans = vlans_from_message(message.header());
    ASSERT_TRUE(vlans) << vlans.error().message;
    EXPECT_EQ(vlans->link, 7);
    EXPECT_THAT(vlans->vlans,
                testing::ElementsAre(
                    model::VlanRange{.first = 10, .last = 10, .pvid = true, .untagged = true},
                    model::VlanRange{.first = 20, .last = 29}));
}

TEST(NetlinkDecode, VlanDevicesIpvlansAndVrfsTellTheirKindsOwnFacts)
{
    const auto device = [](const std::string& kind, const auto& fill) {
        Message message(RTM_NEWLINK, 0, ifinfomsg{.ifi_index = 7});
        message.nest(IFLA_LINKINFO, [&] {
            message.put(IFLA_INFO_KIND, kind);
            message.nest(IFLA_INFO_DATA, [&] { fill(message); });
        });
        return link_from_message(message.header()).value_or(model::Link{});
    };
    const model::Link vlan = device("vlan", [](Message& message) {
        message.put(IFLA_VLAN_ID, std::uint16_t{7});
        message.put(IFLA_VLAN_PROTOCOL, htons(ETH_P_8021Q));
    });
    EXPECT_EQ(vlan.vlan, 7);
    EXPECT_EQ(vlan.vlan_protocol, 0x8100);
    const model::Link ipvlan = device("ipvlan", [](Message& message) {
        message.put(IFLA_IPVLAN_MODE, std::uint16_t{IPVLAN_MODE_L3S});
    });
    EXPECT_EQ(ipvlan.ipvlan_mode, model::IpvlanMode::l3s);
    const model::Link vrf =
        device("vrf", [](Message& message) { message.put(IFLA_VRF_TABLE, std::uint32_t{77}); });
    EXPECT_EQ(vrf.vrf_table, 77U);
}

TEST(NetlinkDecode, AddressesKeepLabelBroadcastPeerAndLifetime)
{
    const auto addresses =
        Recorded("addresses-6.18.nl").values<model::Address>(address_from_message);
    const auto address = [&](const char* text) {
        return only(addresses,
                    [&](const model::Address& one) { return one.local.to_string() == text; });
    };
    const int br0 = link("br0").index;
    EXPECT_EQ(address("192.168.137.250/24"),
              (model::Address{.link = br0,
                              .local = interface_address("192.168.137.250/24"),
                              .broadcast = ip("192.168.137.255"),
                              .flags = IFA_F_PERMANENT,
                              .label = "br0:lan"}));
    EXPECT_EQ(address("10.1.1.1/32").peer, ip("10.1.1.2"));
    EXPECT_NE(address("192.168.137.251/24").flags & IFA_F_SECONDARY, 0U);
    const model::Address ipv6 = address("fd00:137::250/64");
    EXPECT_NE(ipv6.flags & IFA_F_NODAD, 0U);
    EXPECT_LE(ipv6.valid, 3600U);
    EXPECT_LE(ipv6.preferred, 1800U);
}

TEST(NetlinkDecode, ARouteKeepsAllThatIsNeededToMakeItAgain)
{
    model::Route decoded = route("10.9.0.0/16");
    EXPECT_FALSE(decoded.metrics.empty()); // the MTU, as the kernel's bytes
    decoded.metrics.clear();
    EXPECT_EQ(decoded, (model::Route{.destination = prefix("10.9.0.0/16"),
                                     .table = 1000,
                                     .protocol = RTPROT_BOOT,
                                     .flags = RTNH_F_ONLINK,
                                     .gateway = ip("10.200.0.1"),
                                     .preferred_source = ip("192.168.137.250"),
                                     .link = link("br0").index,
                                     .metric = 50}));
}

TEST(NetlinkDecode, RoutesWithoutADeviceSeveralHopsOrAnotherFamilysGatewayAreToldApart)
{
    EXPECT_EQ(route("10.10.0.0/16").type, RTN_UNREACHABLE);
    const int br0 = link("br0").index;
    EXPECT_TRUE(route("10.11.0.0/16").multipath);
    EXPECT_THAT(
        route("10.11.0.0/16").next_hops,
        testing::ElementsAre(
            model::NextHop{.gateway = ip("192.168.137.1"), .link = br0, .flags = RTNH_F_LINKDOWN},
            model::NextHop{.gateway = ip("192.168.137.2"), .link = br0, .flags = RTNH_F_LINKDOWN}));
    EXPECT_EQ(route("10.12.0.0/16").gateway, ip("fe80::1"));
    EXPECT_EQ(route("0.0.0.0/0").protocol, RTPROT_STATIC);
}

TEST(NetlinkDecode, ARulesKeptBytesCanBeRead)
{
    const auto rules = Recorded("rules-6.18.nl").values<model::Rule>(rule_from_message);
    const auto read = model::whole_policy_rule(
        only(rules, [](const model::Rule& one) { return one.priority == 1000; }));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->input_interface, "br0");
    EXPECT_EQ(read->mark, model::MaskedMark{.value = 7});
    EXPECT_EQ(read->action, model::rule_action::lookup);
    EXPECT_EQ(read->table, 1000U);
}

TEST(NetlinkDecode, ARuleKeepsWhatItDoesNotUnderstand)
{
    const auto rules = Recorded("rules-6.18.nl").values<model::Rule>(rule_from_message);
    const model::Rule rule =
        only(rules, [](const model::Rule& one) { return one.priority == 1000; });
    EXPECT_EQ(rule.input_interface, "br0");
    EXPECT_TRUE(rule.output_interface.empty());
    EXPECT_FALSE(rule.rest.empty()); // the mark and the table
}

TEST(NetlinkDecode, NeighboursAndFdbEntries)
{
    const auto neighbours =
        Recorded("neighbours-6.18.nl").values<model::Neighbour>(neighbour_from_message);
    EXPECT_THAT(neighbours, Contains(model::Neighbour{.link = link("br0").index,
                                                      .address = ip("192.168.137.245"),
                                                      .mac = mac("02:00:00:00:00:99"),
                                                      .state = NUD_PERMANENT}));
    const auto fdb = Recorded("fdb-6.18.nl").values<model::FdbEntry>(fdb_from_message);
    EXPECT_THAT(fdb, Contains(Field(&model::FdbEntry::mac, mac("02:00:00:00:00:77"))));
}

// Every decoder on every prefix of every message, and with each byte turned around: an error or a
// value, and nothing read past the end (the sanitizer build is what sees that).
TEST(NetlinkDecode, DamagedMessagesNeverReadPastTheirEnd)
{
    for (const char* name :
         {"links-6.18.nl", "addresses-6.18.nl", "routes-ipv4-6.18.nl", "routes-ipv6-6.18.nl",
          "rules-6.18.nl", "neighbours-6.18.nl", "fdb-6.18.nl", "qdiscs-6.18.nl",
          "conntrack-6.18.nl", "sockets-6.18.nl"}) {
        Recorded(name).visit([](const nlmsghdr& message) {
            const auto* bytes = reinterpret_cast<const char*>(&message);
            const auto decode_all = [](std::vector<char> damaged) {
                auto& header = *reinterpret_cast<nlmsghdr*>(damaged.data());
                header.nlmsg_len = static_cast<std::uint32_t>(damaged.size());
                static_cast<void>(link_from_message(header));
                static_cast<void>(address_from_message(header));
                static_cast<void>(route_from_message(header));
                static_cast<void>(rule_from_message(header));
                static_cast<void>(neighbour_from_message(header));
                static_cast<void>(fdb_from_message(header));
                static_cast<void>(vlans_from_message(header));
                static_cast<void>(filtering_qdisc_from_message(header));
                static_cast<void>(conntrack_from_message(header));
                static_cast<void>(expectation_from_message(header));
                static_cast<void>(socket_from_message(header, IPPROTO_TCP));
            };
            for (std::size_t length = sizeof(nlmsghdr); length <= message.nlmsg_len; ++length)
                decode_all(std::vector<char>(bytes, bytes + length));
            for (std::size_t at = sizeof(nlmsghdr); at < message.nlmsg_len; ++at) {
                std::vector<char> damaged(bytes, bytes + message.nlmsg_len);
                damaged[at] = static_cast<char>(~damaged[at]);
                decode_all(std::move(damaged));
            }
        });
    }
}

} // namespace
} // namespace onlan::kernel
