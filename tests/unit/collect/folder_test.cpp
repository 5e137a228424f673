#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "collect/folder.hpp"
#include "model/policy_rule.hpp"
#include "unit/net/values.hpp"
#include "unit/test_data.hpp"

namespace onlan::collect {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

// What a host's own programs printed of it.
class PastedFolder : public testing::Test {
protected:
    void SetUp() override
    {
        auto loaded = load_snapshot(test_data("pasted"));
        ASSERT_TRUE(loaded) << loaded.error().message;
        snapshot = std::move(loaded->snapshot);
    }
    [[nodiscard]] const model::Netns& host() const { return snapshot.namespaces.front(); }
    [[nodiscard]] model::Link link(const char* name) const
    {
        const model::Link* found = host().find_link(name);
        EXPECT_NE(found, nullptr) << name;
        return found != nullptr ? *found : model::Link{};
    }
    [[nodiscard]] model::Route route(const char* destination) const
    {
        for (const model::Route& one : host().routes) {
            if (one.destination.to_string() == destination)
                return one;
        }
        ADD_FAILURE() << destination;
        return {};
    }

    model::Snapshot snapshot;
};

TEST_F(PastedFolder, LinksKnowTheirMasterTheirPeerAndTheirSwitches)
{
    const model::Link expected{.index = link("va").index,
                               .name = "va",
                               .kind = "veth",
                               .mac = mac("02:00:00:00:00:0a"),
                               .mtu = 1500,
                               .up = true,
                               .carrier = true,
                               .ethernet = true,
                               .master = link("br0").index,
                               .master_kind = "bridge",
                               .peer = link("vb").index,
                               .port = model::BridgePort{.state = model::PortState::forwarding,
                                                         .hairpin = true,
                                                         .isolated = true,
                                                         .flood = false},
                               .promiscuous = true};
    EXPECT_EQ(link("va"), expected);
    EXPECT_EQ(link("br0").bridge.value_or(model::Bridge{}).group_fwd_mask, 8);
    EXPECT_EQ(link("mv").macvlan_mode, model::MacvlanMode::vepa);
}

TEST_F(PastedFolder, RoutesOfBothFamiliesAndAllTablesAreThere)
{
    EXPECT_EQ(route("0.0.0.0/0").gateway, ip("192.168.137.1"));
    EXPECT_EQ(route("10.9.0.0/16").table, 1000U);
    EXPECT_EQ(route("10.10.0.0/16").type, 7);
    EXPECT_EQ(route("10.12.0.0/16").gateway, ip("fe80::1"));
    EXPECT_EQ(route("10.11.0.0/16").next_hops.at(1).weight, 3U);
    EXPECT_EQ(route("fd00:137::/64").link, link("br0").index);
    EXPECT_EQ(route("192.168.137.250/32").table, 255U);
}

TEST_F(PastedFolder, ARuleSaysWhatItMatches)
{
    const model::PolicyRule expected{.priority = 1000,
                                     .invert = true,
                                     .from = prefix("1.1.1.1/32"),
                                     .to = prefix("10.0.0.0/8"),
                                     .input_interface = "br0",
                                     .mark = model::MaskedMark{.value = 7, .mask = 255},
                                     .ip_protocol = 6,
                                     .destination_ports =
                                         model::NumberRange{.first = 80, .last = 90},
                                     .table = 1000};
    std::vector<model::PolicyRule> rules;
    for (const model::Rule& rule : host().policy_rules)
        rules.push_back(model::policy_rule_from(rule));
    EXPECT_THAT(rules, Contains(expected));
}

TEST_F(PastedFolder, RulesSetsEntriesAndSwitchesAreThere)
{
    const auto* ruleset = host().find_xtables(model::XtablesBackend::nft, net::Family::ipv4);
    ASSERT_NE(ruleset, nullptr);
    EXPECT_EQ(ruleset->find_chain("filter", "FORWARD")->policy, "DROP");
    EXPECT_EQ(host().ipsets.at(0).elements, (std::vector<std::vector<std::string>>{{"10.1.1.9"}}));
    EXPECT_EQ(host().conntrack.at(0).original.source_port, 4444);
    EXPECT_EQ(host().sysctl(model::kIpv4Sysctls["ip_local_port_range"]), "32768\t60999");
    EXPECT_FALSE(host().nftables.empty());
    EXPECT_TRUE(snapshot.features.at("br_netfilter"));
    EXPECT_THAT(host().neighbours,
                Contains(Field(&model::Neighbour::address, ip("192.168.137.9"))));
    EXPECT_THAT(host().fdb, Contains(Field(&model::FdbEntry::mac, mac("02:00:00:00:00:77"))));
    EXPECT_THAT(host().unread, IsEmpty());
}

// A folder with one file in it.
std::string error_of(const char* name, std::string_view text)
{
    const auto folder =
        std::filesystem::temp_directory_path() / ("onlan-pasted-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name) << text;
    const auto loaded = load_snapshot(folder);
    std::filesystem::remove_all(folder);
    const std::string message = loaded ? "no error" : loaded.error().message;
    return message.substr(std::min(message.find(name), message.size()));
}

TEST(PastedFolderErrors, HaveTheFileAndThePlace)
{
    EXPECT_EQ(error_of("conntrack", "udp 17 x\n"),
              "conntrack: line 1: 'x' is not what conntrack prints");
    EXPECT_EQ(error_of("sysctl", "net.a = 1\nb\n"),
              "sysctl: line 2: expected 'name = value', found 'b'");
    EXPECT_EQ(error_of("ip-link.json", R"([{"ifindex": 1, "mtu": "many"}])"),
              "ip-link.json: at /0/mtu: expected a number");
    EXPECT_EQ(error_of("ip-route.json", R"([{"dst": "default", "dev": "br9"}])"),
              "ip-route.json: at /0/dev: no such link in the list of links: 'br9'");
    EXPECT_EQ(error_of("iptables-save", "permission denied\n"),
              "iptables-save: it holds no rules as iptables-save prints them: line 1 is no rule: "
              "'permission denied'");
    EXPECT_THAT(error_of("nft.json", "{\n]"), HasSubstr("line 2: "));
    EXPECT_THAT(error_of("ip-addr.json", std::string(1000, '[')), HasSubstr("more than 64 deep"));
    EXPECT_THAT(load_snapshot("/proc/self/fdinfo").error().message,
                HasSubstr("none of the files that"));
}

} // namespace
} // namespace onlan::collect
