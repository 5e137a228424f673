#include <gtest/gtest.h>

#include "model/explanation_json.hpp"

namespace onlan::model {
namespace {

using nlohmann::json;

const ByRule kLog{.program = "iptables-nft",
                  .table = "filter",
                  .chain = "FORWARD",
                  .number = 1,
                  .text = "-A FORWARD -j LOG"};
const json kLogAsJson{{"type", "rule"},    {"program", "iptables-nft"},
                      {"table", "filter"}, {"chain", "FORWARD"},
                      {"number", 1},       {"text", kLog.text}};

TEST(ExplanationJson, HasTheRulesThatAPacketMatched)
{
    const Explanation explanation{
        .packets = {
            {.number = 1,
             .matches = {
                 {.netns = "host", .device = "br0", .stage = Stage::ip_forward, .rule = kLog}}}}};
    EXPECT_EQ(explanation_to_json({}, explanation)["packets"][0]["matches"],
              json::array({{{"netns", "host"},
                            {"device", "br0"},
                            {"stage", "ip/forward"},
                            {"rule", kLogAsJson}}}));
}

TEST(ExplanationJson, HasTheConnectionsThatAreTrackedInTheEnd)
{
    const auto one = *net::IpAddress::parse("10.0.0.1");
    const auto two = *net::IpAddress::parse("10.0.0.2");
    const Explanation explanation{.conntrack = {{.netns = "host",
                                                 .protocol = "tcp",
                                                 .original = {.source = one,
                                                              .destination = two,
                                                              .source_port = {40000, 40000},
                                                              .destination_port = {80, 80}},
                                                 .reply = {.source = two,
                                                           .destination = one,
                                                           .source_port = {80, 80},
                                                           .destination_port = {1024, 65535}},
                                                 .text = "tcp …"}}};
    EXPECT_EQ(explanation_to_json({}, explanation)["conntrack"],
              json::parse(R"([{"netns": "host", "protocol": "tcp", "text": "tcp …",
                               "original": {"src": "10.0.0.1", "dst": "10.0.0.2", "flags": "",
                                            "sport": 40000, "dport": 80},
                               "reply": {"src": "10.0.0.2", "dst": "10.0.0.1", "flags": "",
                                         "sport": 80, "dport": {"first": 1024, "last": 65535}}}])"));
}

TEST(Because, IsOneSentenceWithWhereToLookForIt)
{
    EXPECT_EQ(because_text(kLog), "rule 1 of filter FORWARD: -A FORWARD -j LOG");
    EXPECT_EQ(because_text(ByRule{.table = "filter", .chain = "FORWARD", .text = "DROP"}),
              "the policy of filter FORWARD: DROP");
    EXPECT_EQ(because_text(ByKernel{.function = "ip_forward", .text = "the time is over"}),
              "the time is over [ip_forward]");
    EXPECT_EQ(because_text(ByEntry{.table = ByEntry::Table::fdb, .text = "br0 has none"}),
              "fdb: br0 has none");
    EXPECT_EQ(because_text(BySysctl{.name = "net.ipv4.ip_forward", .value = "0"}),
              "net.ipv4.ip_forward = 0");
}

TEST(Endpoint, OfIPv6StandsInBrackets)
{
    const auto address = *net::IpAddress::parse("fd00::2");
    EXPECT_EQ(endpoint_text(address, {80, 80}), "[fd00::2]:80");
    EXPECT_EQ(endpoint_text(address, {1024, 65535}), "[fd00::2]:1024-65535");
}

TEST(TracedPacket, IsArpByWhatWasSentAndNotByItsSummary)
{
    constexpr std::uint8_t kArp = 0;
    constexpr std::uint8_t kIcmp = 1;
    EXPECT_TRUE(is_arp({.sent = {.protocol = kArp, .flags = "is-at"}}));
    EXPECT_FALSE(is_arp({.sent = {.protocol = kIcmp, .flags = "echo-request"}}));
}

} // namespace
} // namespace onlan::model
