#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/policy_rule.hpp"
#include "model/snapshot_fields.hpp"
#include "model/snapshot_json.hpp"
#include "unit/model/filled.hpp"
#include "unit/net/values.hpp"

namespace onlan::model {
namespace {

using testing::HasSubstr;

// Something of everything.
Snapshot article_snapshot()
{
    Netns host{.name = "host", .inode = 4026531840, .peers = {{0, 4026532000}}};
    host.separate_local_table = true;
    host.links = {{.index = 2,
                   .name = "br \"lan\"",
                   .kind = "bridge",
                   .mac = mac("02:00:00:00:00:0b"),
                   .mtu = 1500,
                   .up = true,
                   .bridge = Bridge{.vlan_filtering = true, .nf_call = {.arptables = true}},
                   .vlans = {{.first = 1, .last = 4, .pvid = true}}},
                  {.index = 3,
                   .name = "veth1",
                   .peer = 2,
                   .peer_netnsid = 0,
                   .port = BridgePort{.state = PortState::forwarding, .learning = false},
                   .macvlan_mode = MacvlanMode::private_}};
    host.addresses = {{.link = 2, .local = interface_address("192.168.137.250/24")}};
    host.routes = {{.destination = prefix("10.0.0.0/8"),
                    .gateway = ip("fe80::1"),
                    .multipath = true,
                    .next_hops = {{.gateway = ip("10.0.0.1"), .link = 2, .weight = 3}},
                    .metrics = {8, 0, 2, 0, 0x14, 5, 0, 0}}};
    host.policy_rules = {rule_from({.priority = 1000,
                                    .invert = true,
                                    .from = prefix("10.1.0.0/16"),
                                    .mark = MaskedMark{.value = 7},
                                    .destination_ports = NumberRange{.first = 80, .last = 90},
                                    .table = 1000})};
    host.neighbours = {{.link = 2, .address = ip("192.168.137.1"), .state = 128}};
    host.fdb = {{.port = 3, .bridge = 2, .mac = {}, .state = 128}};
    host.sysctls = {{"net.ipv4.ip_forward", "1"}};
    XtablesRuleset ruleset{.backend = XtablesBackend::legacy, .family = net::Family::ipv6};
    ruleset.tables["filter"]["FORWARD"] = XtablesChain{
        .policy = "DROP", .rules = {{.words = {"-j", "ACCEPT"}, .packets = 3, .bytes = 180}}};
    host.xtables = {ruleset};
    host.nftables =
        *NftListing::from({{"nftables", {{{"table", {{"family", "inet"}, {"name", "x"}}}}}}});
    host.ipsets = {{.name = "set", .type = "hash:ip", .elements = {{"10.0.0.1"}}}};
    host.conntrack = {*Conntrack::parse(
        "tcp 6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 "
        "dst=10.0.0.1 sport=2 dport=1 [ASSURED] mark=7 zone=3 status=0x18e flags=0x23/0x33 "
        "scale=7/9")};
    host.expectations = {{.tuple = host.conntrack[0].reply, .timeout = 10, .helper = "ftp"}};
    host.sockets = {{.protocol = 6, .address = ip("::"), .port = 80, .program = "nginx"}};
    host.unread = {"rules of arptables-legacy"};
    Snapshot snapshot{.kernel = "6.18.0", .features = {{"br_netfilter", true}, {"x", false}}};
    snapshot.namespaces = {host, {.name = "container:web", .inode = 4026532000}};
    snapshot.docker = DockerEngine{.version = "28.5.2"};
    snapshot.docker->containers = {{.id = "4711",
                                    .name = "web",
                                    .running = true,
                                    .ports = {{.protocol = 6, .host_port = 80}}}};
    snapshot.docker->proxies = {{.pid = 7, .protocol = 6, .host_address = ip("0.0.0.0")}};
    return snapshot;
}

std::string error_of(std::string_view text)
{
    const auto snapshot = snapshot_from_json(text);
    return snapshot ? "no error" : snapshot.error().message;
}

std::string with_namespace(std::string_view text)
{
    return R"({"schema": "onlan/snapshot/1", "namespaces": [)" + std::string(text) + "]}";
}

TEST(SnapshotJson, IsReadBackAsItWasWritten)
{
    const Snapshot original = article_snapshot();
    const auto read = snapshot_from_json(snapshot_to_json(original));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, original);
}

TEST(SnapshotJson, EveryFieldIsReadBackAsItWasWritten)
{
    const auto original = filled<Snapshot>();
    const auto read = snapshot_from_json(snapshot_to_json(original));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, original);
}

TEST(SnapshotJson, GivesEachThingALineOfItsOwn)
{
    const std::string text = snapshot_to_json(article_snapshot());
    EXPECT_THAT(text, HasSubstr("\n    {\"index\": 3, \"name\": \"veth1\""));
    EXPECT_THAT(text, HasSubstr("{\"words\": [\"-j\", \"ACCEPT\"], \"packets\": 3"));
}

TEST(SnapshotJson, AFaultIsToldWithItsPlace)
{
    EXPECT_EQ(error_of("[]"), "at the top: expected an object");
    EXPECT_THAT(error_of("{}"), HasSubstr("at /schema"));
    EXPECT_THAT(error_of(R"({"schema": "onlan/snapshot/2"})"), HasSubstr("'onlan/snapshot/2'"));
    EXPECT_THAT(error_of("{\"schema\":\n\n x"), HasSubstr("line 3: "));
    EXPECT_EQ(error_of(with_namespace(R"({"links": [{}, {"mtu": -1}]})")),
              "at /namespaces/0/links/1/mtu: expected a number from 0 to 4294967295, found -1");
    EXPECT_EQ(error_of(with_namespace(R"({"links": [{"mac": "02"}]})")),
              "at /namespaces/0/links/0/mac: '02' is not a MAC address such as 02:42:c0:a8:89:02");
    EXPECT_EQ(error_of(with_namespace(R"({"links": [{"port": {"state": "gone"}}]})")),
              "at /namespaces/0/links/0/port/state: expected one of disabled, listening, learning, "
              "forwarding, blocking, found \"gone\"");
    EXPECT_EQ(error_of(with_namespace(R"({"sysctls": {"net.a/b": 1}})")),
              "at /namespaces/0/sysctls/net.a~1b: expected a string, found 1");
    for (const char* number : {"", "1x", "99999999999"})
        EXPECT_EQ(error_of(with_namespace(fmt::format(R"({{"peers": {{"{}": 1}}}})", number))),
                  fmt::format("at /namespaces/0/peers/{}: expected a number", number));
    EXPECT_EQ(error_of(with_namespace(R"({"limks": []})")),
              "at /namespaces/0/limks: this version of onlan does not know this key");
    EXPECT_EQ(error_of(with_namespace(R"({"conntrack": ["tcp 6"]})")),
              "at /namespaces/0/conntrack/0: '' is not what conntrack prints");
}

TEST(SnapshotJson, EveryTruncationAndEveryTurnedByteIsAnErrorOrASnapshot)
{
    const std::string text = snapshot_to_json(article_snapshot());
    for (std::size_t length = 0; length < text.size() - 2; ++length)
        EXPECT_NE(error_of(text.substr(0, length)), "no error") << length;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char turned : {'\xFF', '\x01'}) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(damaged[at] ^ turned);
            const auto snapshot = snapshot_from_json(damaged);
            if (!snapshot)
                EXPECT_NE(snapshot.error().message, "");
            else
                EXPECT_EQ(snapshot_from_json(snapshot_to_json(*snapshot)), *snapshot) << damaged;
        }
    }
}

TEST(SnapshotJson, WhatIsNestedTooDeepIsRefusedBeforeAnybodyWalksIt)
{
    const std::string deep(100'000, '[');
    EXPECT_THAT(error_of(with_namespace(R"({"nftables": )" + deep + "}")),
                HasSubstr("nested more than 64 deep"));
}

TEST(SnapshotJson, ANumberThatNothingHoldsIsAnErrorWithItsLine)
{
    for (const std::string& number : {std::string("1e999"), std::string(400, '3')})
        EXPECT_EQ(error_of("{\n\"schema\": " + number + "}"),
                  "line 2: [json.exception.out_of_range.406] number overflow parsing '" + number +
                      "'");
}

TEST(PolicyRuleTest, EveryWordOfARuleSurvivesItsBytes)
{
    const PolicyRule rule{.family = net::Family::ipv6,
                          .priority = 5,
                          .invert = true,
                          .from = prefix("fd00::/8"),
                          .to = prefix("2001:db8::1/128"),
                          .input_interface = "eth0",
                          .output_interface = "eth1",
                          .tos = 16,
                          .mark = MaskedMark{.value = 7, .mask = 0xFF},
                          .ip_protocol = 6,
                          .source_ports = NumberRange{.first = 1, .last = 65535},
                          .destination_ports = NumberRange{.first = 80, .last = 80},
                          .uids = NumberRange{.first = 0, .last = 1000},
                          .l3mdev = true,
                          .table = 70000,
                          .target = 9,
                          .suppress_prefixlength = 0,
                          .suppress_ifgroup = 2,
                          .protocol = 4,
                          .other = {8, 0, 25, 0, 1, 0, 0, 0}};
    EXPECT_EQ(policy_rule_from(rule_from(rule)), rule);
}

} // namespace
} // namespace onlan::model
