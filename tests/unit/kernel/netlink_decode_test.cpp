#include <algorithm>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/netlink_decode.hpp"
#include "model/policy_rule.hpp"
#include "unit/kernel/recorded.hpp"

namespace onlan::kernel {
namespace {

using testing::Contains;
using testing::Field;

net::MacAddress mac(const char* text)
{
    return *net::MacAddress::parse(text);
}

net::IpAddress ip(const char* text)
{
    return *net::IpAddress::parse(text);
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
                              .isolated = true}};
    EXPECT_EQ(port, expected);
}

TEST(NetlinkDecode, AMacvlanTellsItsLowerDevice)
{
    const model::Link macvlan = link("mv");
    EXPECT_EQ(macvlan.kind, "macvlan");
    EXPECT_EQ(macvlan.peer, link("vb").index);
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
                              .local = *net::InterfaceAddress::parse("192.168.137.250/24"),
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
    EXPECT_EQ(decoded, (model::Route{.destination = *net::Prefix::parse("10.9.0.0/16"),
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
    EXPECT_TRUE(route("10.11.0.0/16").multipath);
    EXPECT_EQ(route("10.12.0.0/16").gateway, ip("fe80::1"));
    EXPECT_EQ(route("0.0.0.0/0").protocol, RTPROT_STATIC);
}

TEST(NetlinkDecode, ARulesKeptBytesCanBeRead)
{
    const auto rules = Recorded("rules-6.18.nl").values<model::Rule>(rule_from_message);
    const auto read = model::policy_rule(
        only(rules, [](const model::Rule& one) { return one.priority == 1000; }));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->input_interface, "br0");
    EXPECT_EQ(read->mark, (model::Pair<std::uint32_t>{.first = 7, .second = 0xFFFFFFFF}));
    EXPECT_EQ(read->action, model::RuleAction::lookup);
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
          "rules-6.18.nl", "neighbours-6.18.nl", "fdb-6.18.nl"}) {
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
