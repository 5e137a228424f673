#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/policy_rule.hpp"
#include "model/snapshot_json.hpp"
#include "redact/addresses.hpp"
#include "redact/redact.hpp"
#include "unit/net/values.hpp"

namespace onlan::redact {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Key kKey = {0x0123456789abcdef, 0xfedcba9876543210};

unsigned shared_bits(const net::IpAddress& one, const net::IpAddress& other)
{
    unsigned bits = 0;
    while (bits < net::address_bits(one.family()) &&
           net::Prefix::around(one, bits + 1).contains(other))
        ++bits;
    return bits;
}

TEST(KeyedHash, IsSipHash)
{
    // The test vector of the paper's appendix: key 00…0f, message 00…0e.
    std::array<std::uint8_t, 15> message{};
    for (std::uint8_t i = 0; i < message.size(); ++i)
        message[i] = i;
    EXPECT_EQ(keyed_hash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, message), 0xa129ca6149be45e5);
}

TEST(RedactedAddresses, ShareAsManyLeadingBitsAsBefore)
{
    const Addresses addresses(kKey);
    const std::array all = {ip("192.168.137.250"), ip("192.168.137.1"), ip("192.168.136.1"),
                            ip("192.168.1.1"),     ip("10.0.0.1"),      ip("8.8.8.8"),
                            ip("203.0.113.9"),     ip("172.17.0.2")};
    for (const auto& one : all) {
        EXPECT_NE(addresses(one), one);
        for (const auto& other : all)
            EXPECT_EQ(shared_bits(addresses(one), addresses(other)), shared_bits(one, other));
    }
}

TEST(RedactedAddresses, StayOfTheirKind)
{
    const Addresses addresses(kKey);
    for (const char* block : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                              "169.254.0.0/16", "fc00::/7", "fe80::/64", "2000::/3"}) {
        const net::Prefix inside = net::Prefix::around(prefix(block).last(), 128);
        EXPECT_TRUE(prefix(block).contains(addresses(inside.first()))) << block;
    }
    for (const char* itself : {"0.0.0.0", "127.0.0.53", "224.0.0.251", "255.255.255.255",
                               "::", "::1", "ff02::1", "ff02::fb"})
        EXPECT_EQ(addresses(ip(itself)), ip(itself));
    EXPECT_EQ(addresses(ip("::ffff:127.0.0.1")), ip("::ffff:127.0.0.1"));
    EXPECT_NE(addresses(ip("ff02::1:ffaf:731a")), ip("ff02::1:ffaf:731a"));
}

TEST(RedactedAddresses, AreInTheRedactedPrefix)
{
    const Addresses addresses(kKey);
    for (const char* block :
         {"192.168.137.0/24", "192.168.137.192/28", "10.0.0.0/8", "0.0.0.0/0", "192.168.0.0/17"})
        EXPECT_TRUE(addresses(prefix(block)).contains(addresses(prefix(block).last()))) << block;
}

model::Snapshot secret_snapshot()
{
    model::Netns host{.name = "host", .inode = 1};
    host.links = {{.index = 2, .name = "br-acme", .kind = "bridge"},
                  {.index = 3, .name = "secretnet", .alias = "onlan:br-acme"}};
    host.addresses = {{.link = 2, .local = interface_address("192.168.137.250/24")}};
    host.sysctls = {{"net.ipv4.conf.br-acme.forwarding", "1"},
                    {"net.ipv4.neigh.br-acme.proxy_delay", "80"},
                    {"net.ipv4.ip_forward", "1"}};
    model::XtablesRuleset ruleset;
    ruleset.tables["nat"]["DOCKER"].edit().rules = {
        {.words = {"!", "-i", "br-acme", "-d", "192.168.137.250/32", "-s", "192.168.137.0/24", "-m",
                   "comment", "--comment", "for the boss", "-j", "DNAT", "--to-destination",
                   "192.168.137.9:80"}}};
    host.xtables = {ruleset};
    host.nftables = *model::NftListing::from(
        nlohmann::json::parse(R"({"nftables": [{"rule": {"comment": "the boss", "expr": [
        {"match": {"left": {"meta": {"key": "iifname"}}, "right": "br-acme"}},
        {"match": {"right": {"prefix": {"addr": "192.168.136.0", "len": 23}}}},
        {"match": {"right": {"range": ["192.168.137.4", "192.168.137.250"]}}}]}}]})"));
    host.policy_rules = {model::rule_from({.from = prefix("192.168.137.0/24")})};
    host.conntrack = {*model::Conntrack::parse(
        "udp 17 9 src=192.168.137.250 dst=8.8.8.8 sport=1 dport=2 src=8.8.8.8 dst=192.168.137.250 "
        "sport=2 dport=1")};
    model::Snapshot snapshot{.namespaces = {host, {.name = "container:acme-web", .inode = 2}}};
    snapshot.docker = model::DockerEngine{.version = "28.5.2"};
    snapshot.docker->networks = {{.id = "77c3c92b784b",
                                  .name = "acme",
                                  .subnets = {{.subnet = prefix("192.168.137.0/24"),
                                               .reserved = {{"nas.boss", ip("192.168.137.4")}}}},
                                  .options = {{"com.docker.network.bridge.name", "br-acme"}},
                                  .labels = {{"acme.owner", "the boss"}},
                                  .endpoints = {{.container = "acme-web"}},
                                  .stopped = {"acme-db"}}};
    snapshot.docker->containers = {{.id = "4711abcd", .name = "acme-web"}};
    return snapshot;
}

TEST(Redacted, NothingOfTheOriginalIsLeft)
{
    const std::string text = model::snapshot_to_json(redacted(secret_snapshot(), kKey));
    for (const char* secret : {"192.168.137.", "192.168.136.", "8.8.8.8", "acme", "secretnet",
                               "boss", "nas.", "77c3c92b784b", "4711abcd"})
        EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST(Redacted, TheSameThingHasTheSameNameEverywhere)
{
    const model::Snapshot snapshot = redacted(secret_snapshot(), kKey);
    const model::Netns& host = snapshot.namespaces[0];
    const std::string bridge = host.links[0].name;
    EXPECT_TRUE(bridge.starts_with("br-"));
    EXPECT_EQ(host.links[1].alias, "onlan:" + bridge);
    EXPECT_EQ(host.sysctl(model::kIpv4Conf["forwarding"], bridge), "1");
    EXPECT_EQ(host.sysctl(model::kIpv4Neigh["proxy_delay"], bridge), "80");
    EXPECT_EQ(snapshot.namespaces[1].name,
              "container:" + snapshot.docker->networks[0].endpoints[0].container);
    const model::DockerNetwork& network = snapshot.docker->networks[0];
    EXPECT_EQ(network.options.at("com.docker.network.bridge.name"), bridge);
    EXPECT_THAT(network.subnets[0].reserved,
                testing::ElementsAre(testing::Pair(testing::StartsWith("name-"),
                                                   Addresses(kKey)(ip("192.168.137.4")))));

    const auto& words = host.find_xtables({}, {})->find_chain("nat", "DOCKER")->rules[0].words;
    const net::InterfaceAddress address = host.addresses[0].local;
    EXPECT_EQ(words[2], bridge);
    EXPECT_EQ(words[4], address.address.to_string() + "/32");
    EXPECT_EQ(words[6], address.subnet().to_string());
    EXPECT_EQ(words[14], net::Prefix::around(address.address, 24)
                                 .first()
                                 .to_string()
                                 .substr(0, words[14].rfind('.') + 1) +
                             "9:80");
    EXPECT_EQ(host.conntrack[0].original.source, address.address);
    EXPECT_EQ(model::policy_rule_from(host.policy_rules[0]).from, address.subnet());
    const auto& match = host.nftables.objects->at(0).body()["expr"];
    EXPECT_EQ(match[0]["match"]["right"], bridge);
    EXPECT_EQ(match[1]["match"]["right"]["prefix"]["addr"],
              net::Prefix::around(address.address, 23).first().to_string());
    EXPECT_EQ(match[2]["match"]["right"]["range"][1], address.address.to_string());
}

TEST(Redacted, AWordOfAnyNumberOfPartsIsReadWithoutExhaustingTheStack)
{
    std::string parts;
    for (int i = 0; i < 50'000; ++i)
        parts += "a:";
    model::Snapshot snapshot;
    snapshot.docker_missing = parts;
    snapshot = redacted(snapshot, kKey);
    EXPECT_TRUE(snapshot.docker_missing == parts); // too long to be shown
    snapshot.docker_missing = "net:10.0.0.1-10.0.0.2:80";
    snapshot = redacted(snapshot, kKey);
    const std::string start = Addresses(kKey)(ip("10.0.0.1")).to_string();
    EXPECT_EQ(snapshot.docker_missing.substr(0, 5 + start.size()), "net:" + start + "-");
    EXPECT_TRUE(snapshot.docker_missing.ends_with(":80"));
}

TEST(Redacted, IsStillASnapshot)
{
    const model::Snapshot snapshot = redacted(secret_snapshot(), kKey);
    const auto read = model::snapshot_from_json(model::snapshot_to_json(snapshot));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, snapshot);
}

} // namespace
} // namespace onlan::redact
