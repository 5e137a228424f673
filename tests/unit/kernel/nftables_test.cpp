#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "base/unique_fd.hpp"
#include "kernel/links.hpp"
#include "kernel/nftables.hpp"
#include "kernel/xtables.hpp"
#include "model/nft_outline.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string nft(std::vector<std::string> words)
{
    words.insert(words.begin(), "nft");
    const auto finished = run_program(words);
    EXPECT_TRUE(finished && finished->status == 0)
        << (finished ? finished->errors : finished.error().message);
    return finished ? finished->output : "";
}

std::vector<std::string> own_comments()
{
    std::vector<std::string> comments;
    const auto outline = list_outline();
    EXPECT_TRUE(outline) << outline.error().message;
    for (const auto& rule : model::own_rules(outline.value_or(model::NftListing{})))
        comments.push_back(rule.comment);
    return comments;
}

std::uint16_t checksum(const iphdr& header)
{
    std::array<std::uint16_t, sizeof(iphdr) / 2> words{};
    std::memcpy(words.data(), &header, sizeof(header));
    std::uint32_t sum = 0;
    for (const std::uint16_t word : words)
        sum += word;
    sum = (sum & 0xFFFFU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~(sum + (sum >> 16U)));
}

// An IPv4 packet to everybody, as it comes from a LAN: br_netfilter drops one with a wrong
// checksum.
void send_frame(const char* interface)
{
    struct [[gnu::packed]] Frame {
        ether_header ethernet{};
        iphdr ip{};
        std::array<std::uint8_t, 8> udp{0, 9, 0, 9, 0, 8, 0, 0};
    } frame;
    std::ranges::fill(frame.ethernet.ether_dhost, std::uint8_t{0xFF});
    frame.ethernet.ether_shost[0] = 2;
    frame.ethernet.ether_type = htons(ETHERTYPE_IP);
    iphdr ip{};
    ip.ihl = 5;
    ip.version = 4;
    ip.tot_len = htons(sizeof(iphdr) + sizeof(frame.udp));
    ip.ttl = 64;
    ip.protocol = IPPROTO_UDP;
    ip.saddr = inet_addr("192.168.137.7");
    ip.daddr = inet_addr("192.168.137.9");
    ip.check = checksum(ip);
    frame.ip = ip;

    const UniqueFd socket{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
    sockaddr_ll address{.sll_family = AF_PACKET,
                        .sll_ifindex = static_cast<int>(::if_nametoindex(interface))};
    ASSERT_EQ(::sendto(socket.get(), &frame, sizeof(frame), 0,
                       reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              static_cast<ssize_t>(sizeof(frame)));
}

// How connection tracking saw the frames that came in through br0: "tracked" or "untracked".
std::string how_seen()
{
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + std::chrono::seconds{5};
    while (steady_clock::now() < deadline) {
        const auto counters = nlohmann::json::parse(nft({"-j", "list", "counters"}));
        for (const auto& element : counters.at("nftables")) {
            if (element.contains("counter") && element["counter"].at("packets") > 0)
                return element["counter"].at("name");
        }
        ::poll(nullptr, 0, 10);
    }
    return "never";
}

// A frame enters br0 by its port, where the firewall is shown what the bridge carries.
std::string how_a_bridged_frame_is_seen(NetlinkSocket& socket)
{
    EXPECT_OK(create_veth(socket, {.name = "port", .peer = "wire", .mtu = 1500, .alias = "x"}));
    EXPECT_OK(set_master(socket, "port", "br0"));
    for (const char* name : {"br0", "port", "wire"})
        EXPECT_OK(set_up(socket, name));
    EXPECT_OK(write_file("/proc/sys/net/bridge/bridge-nf-call-iptables", "1"));
    nft({"add table inet probe"});
    nft({"add counter inet probe tracked; add counter inet probe untracked"});
    nft({"add chain inet probe seen { type filter hook prerouting priority 0; }"});
    nft({"add rule inet probe seen iifname br0 ct state untracked counter name untracked; "
         "add rule inet probe seen iifname br0 ct state new counter name tracked"});
    send_frame("wire");
    return how_seen();
}

bool has_br_netfilter()
{
    return ::access("/proc/sys/net/bridge/bridge-nf-call-iptables", F_OK) == 0;
}

TEST(Nftables, AnEmptyNamespaceHasNoChainsAndNoRules)
{
    in_own_netns([](NetlinkSocket&) {
        const auto outline = list_outline();
        ASSERT_TRUE(outline) << outline.error().message;
        EXPECT_THAT(model::base_chains(*outline), IsEmpty());
        EXPECT_THAT(own_comments(), IsEmpty());
    });
}

TEST(Nftables, BaseChainsAreListedWithoutTheOthers)
{
    in_own_netns([](NetlinkSocket&) {
        nft({"add table bridge t; add chain bridge t plain; "
             "add chain bridge t c { type filter hook forward priority -200; policy drop; }"});
        const auto outline = list_outline();
        ASSERT_TRUE(outline) << outline.error().message;
        EXPECT_THAT(model::base_chains(*outline),
                    ElementsAre(model::NftBaseChain{.family = "bridge",
                                                    .table = "t",
                                                    .name = "c",
                                                    .hook = "forward",
                                                    .priority = -200,
                                                    .policy = "drop"}));
    });
}

TEST(Nftables, TheOutlineHasTheRulesOfHookedTablesOnly)
{
    in_own_netns([](NetlinkSocket&) {
        for (const char* table : {"inet asleep", "inet t", "ip filter"})
            nft({fmt::format(
                "add table {0}; add chain {0} plain; add rule {0} plain iifname lo drop", table)});
        for (const char* table : {"inet t", "ip filter"})
            nft({fmt::format("add chain {} c {{ type filter hook input priority 0; }}", table)});
        const auto outline = list_outline();
        ASSERT_TRUE(outline) << outline.error().message;
        std::vector<std::string> tables_of_rules;
        for (const model::NftObject& object : *outline->objects) {
            if (object.kind() == "rule")
                tables_of_rules.push_back(object.table());
        }
        EXPECT_THAT(tables_of_rules, ElementsAre("t"));
        EXPECT_EQ(std::ranges::count(*outline->objects, "chain", &model::NftObject::kind), 5);
    });
}

TEST(Nftables, TheRulesetNamesTheDevicesOfAChain)
{
    in_own_netns([](NetlinkSocket&) {
        nft({"add table netdev t"});
        nft({"add chain netdev t in { type filter hook ingress device lo priority 0; }"});
        const auto ruleset = list_ruleset({}, {});
        ASSERT_TRUE(ruleset) << ruleset.error().message;
        const auto chain = std::ranges::find(*ruleset->objects, "chain", &model::NftObject::kind);
        ASSERT_NE(chain, ruleset->objects->end());
        EXPECT_THAT(chain->element().dump(), testing::ContainsRegex(R"("dev":\[?"lo")"));
    });
}

TEST(Nftables, OfATableThatIptablesSaveTellsTheHandlesAreListed)
{
    in_own_netns([](NetlinkSocket&) {
        ASSERT_TRUE(run_program({"iptables-nft", "-A", "INPUT", "-j", "ACCEPT"}));
        const auto chains = list_chains();
        ASSERT_TRUE(chains) << chains.error().message;
        const auto saved = collect_xtables(model::base_chains(*chains));
        ASSERT_TRUE(saved) << saved.error().message;
        const auto whole = list_ruleset({}, {});
        const auto handles = list_ruleset(*chains, *saved);
        ASSERT_TRUE(whole && handles);
        ASSERT_EQ(whole->objects->size(), handles->objects->size());
        const model::NftObject& rule = handles->objects->back();
        EXPECT_EQ(rule.kind(), "rule");
        EXPECT_EQ(rule.chain(), "INPUT");
        EXPECT_EQ(rule.handle(), whole->objects->back().handle());
        EXPECT_FALSE(rule.body().contains("expr"));
    });
}

TEST(Notrack, IsThereOnceHoweverOftenItIsAdded)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(add_notrack("on-lan137", "onlan:lan137"));
        EXPECT_OK(add_notrack("on-lan137", "onlan:lan137"));
        EXPECT_OK(add_notrack("on-lab", "onlan:lab"));
        EXPECT_THAT(own_comments(), ElementsAre("onlan:lan137", "onlan:lab"));
    });
}

TEST(Notrack, TheLastOneTakesTheTableAlong)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(add_notrack("on-lan137", "onlan:lan137"));
        EXPECT_OK(add_notrack("on-lab", "onlan:lab"));
        EXPECT_OK(remove_notrack("onlan:lan137"));
        EXPECT_THAT(own_comments(), ElementsAre("onlan:lab"));
        EXPECT_OK(remove_notrack("onlan:lab"));
        EXPECT_EQ(nft({"list", "tables"}), "");
        EXPECT_OK(remove_notrack("onlan:lab"));
    });
}

TEST(Notrack, ATableThatSomebodyFlushedIsDeletedAllTheSame)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(add_notrack("br0", "onlan:lan137"));
        nft({"flush", "table", "inet", "onlan"});
        EXPECT_OK(remove_notrack("onlan:lan137"));
        EXPECT_EQ(nft({"list", "tables"}), "");
    });
}

TEST(Notrack, WithoutItABridgedFrameIsTracked)
{
    if (!has_br_netfilter() && std::getenv("CI") == nullptr)
        GTEST_SKIP() << "this kernel has no br_netfilter";
    in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(create_bridge(socket, {.name = "br0", .mtu = 1500, .alias = "x"}));
        EXPECT_EQ(how_a_bridged_frame_is_seen(socket), "tracked");
    });
}

TEST(Notrack, ABridgedFrameIsNotTracked)
{
    if (!has_br_netfilter() && std::getenv("CI") == nullptr)
        GTEST_SKIP() << "this kernel has no br_netfilter";
    in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(create_bridge(socket, {.name = "br0", .mtu = 1500, .alias = "x"}));
        EXPECT_OK(add_notrack("br0", "onlan:lan137"));
        EXPECT_EQ(how_a_bridged_frame_is_seen(socket), "untracked");
    });
}

} // namespace
} // namespace onlan::kernel
