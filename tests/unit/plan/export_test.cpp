#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "plan/export.hpp"
#include "unit/plan/worlds.hpp"
#include "unit/test_data.hpp"

namespace onlan::plan {
namespace {

using model::AttachMode;
using testing::HasSubstr;

// The files one after the other, as `onlan export` prints them.
std::string printed(const Result<std::vector<ExportedFile>>& files)
{
    if (!files)
        return files.error().message;
    std::string text;
    for (const auto& file : *files)
        text.append("### ").append(file.path).append("\n").append(file.text).append("\n");
    return text;
}

std::string golden(const std::string& name)
{
    const auto text = read_file(test_data("export/") + name);
    return text ? *text : text.error().message;
}

// eno1 carries the host's address and its way out, and no bridge is there yet.
model::Snapshot plain_host()
{
    model::Snapshot host = article_host();
    std::erase_if(netns(host).links, [](const model::Link& link) { return link.name == "br-lan"; });
    model::Link& port = netns(host).links.back();
    port.master = 0;
    port.master_kind.clear();
    netns(host).addresses = {
        {.link = port.index, .local = *net::InterfaceAddress::parse("192.168.137.250/24")},
        {.link = port.index, .local = *net::InterfaceAddress::parse("2001:db8::250/64")},
        {.link = port.index, .local = *net::InterfaceAddress::parse("fe80::1/64"), .scope = 253}};
    netns(host).routes = {
        {.destination = {}, .gateway = ip("192.168.137.245"), .link = port.index, .metric = 100},
        {.destination = prefix("10.9.0.0/16"), .table = 7, .scope = 253, .link = port.index},
        {.destination = prefix("192.168.137.0/24"), .protocol = 2, .link = port.index}};
    return host;
}

model::Intent with_ports(AttachMode mode)
{
    model::Intent intent{{lan137(mode)}};
    intent.lans[0].uplink = {.bridge = "br0", .ports = {"eno1"}};
    return intent;
}

TEST(Export, NetworkdGetsTheLinksOfAnExistingUplink)
{
    EXPECT_EQ(printed(export_networkd({{lan137()}}, article_host())),
              golden("existing-bridge.networkd"));
}

TEST(Export, NetworkdGetsTheUplinkBridgeWithWhatItsPortCarries)
{
    EXPECT_EQ(printed(export_networkd(with_ports(AttachMode::macvlan), plain_host())),
              golden("ports-macvlan.networkd"));
}

TEST(Export, ARouteThatNoFormatHasWordsForIsSaidAndLeftToTheReader)
{
    for (const bool encapsulated : {true, false}) {
        model::Snapshot host = plain_host();
        netns(host).routes[1].encapsulated = encapsulated;
        netns(host).routes[1].multipath = !encapsulated;
        const std::string comment =
            fmt::format("# The route to 10.9.0.0/16 {}: add it by hand.\n",
                        encapsulated ? "encapsulates its packets" : "has several next hops");
        for (const auto& files : {export_networkd(with_ports(AttachMode::macvlan), host),
                                  export_netplan(with_ports(AttachMode::macvlan), host)}) {
            const std::string text = printed(files);
            EXPECT_THAT(text, testing::HasSubstr(comment));
            EXPECT_THAT(text, testing::Not(testing::HasSubstr(" 10.9.0.0/16\n")));
            EXPECT_THAT(text, testing::Not(testing::HasSubstr("=10.9.0.0/16\n")));
        }
    }
}

TEST(Export, NetplanGetsTheLinksOfAnExistingUplink)
{
    EXPECT_EQ(printed(export_netplan({{lan137()}}, article_host())),
              golden("existing-bridge.netplan"));
}

TEST(Export, NetplanGetsTheUplinkBridgeWithWhatItsPortCarries)
{
    EXPECT_EQ(printed(export_netplan(with_ports(AttachMode::docker_bridge), plain_host())),
              golden("ports.netplan"));
}

TEST(Export, SeveralPortsRunStp)
{
    model::Intent intent = with_ports(AttachMode::macvlan);
    intent.lans[0].uplink.ports.emplace_back("eno2");
    EXPECT_THAT(printed(export_networkd(intent, plain_host())), HasSubstr("STP=yes"));
    EXPECT_THAT(printed(export_netplan(intent, plain_host())),
                HasSubstr("parameters: {stp: true, forward-delay: 2}"));
}

TEST(Export, DhcpAddressesAreAskedForAgainInsteadOfWrittenDown)
{
    model::Snapshot host = plain_host();
    netns(host).addresses[0].valid = 3600;
    netns(host).routes[0].protocol = 16; // RTPROT_DHCP
    const auto files = export_networkd(with_ports(AttachMode::macvlan), host).value();
    const auto bridge =
        std::ranges::find(files, "/etc/systemd/network/10-onlan-br0.network", &ExportedFile::path);
    ASSERT_NE(bridge, files.end());
    EXPECT_THAT(bridge->text, testing::EndsWith("[Match]\nName=br0\n\n"
                                                "[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n"
                                                "Address=2001:db8::250/64\n"
                                                "\n[Route]\nDestination=10.9.0.0/16\nTable=7\n"));
}

// struct fib_rule_hdr and FRA_SRC: "from 192.168.137.250 iif … lookup 7", or without the interface.
model::Rule rule_to_table_7(const char* interface)
{
    return {.family = net::Family::ipv4,
            .priority = 900,
            .input_interface = interface,
            .header = {2, 0, 32, 0, 7, 0, 0, 1, 0, 0, 0, 0},
            .rest = {8, 0, 2, 0, 192, 168, 137, 250}};
}

TEST(Export, PolicyRulesGoWithTheRoutesThatTheyLeadTo)
{
    model::Snapshot host = plain_host();
    netns(host).policy_rules = {rule_to_table_7("eno1"), rule_to_table_7("")};
    const model::Intent intent = with_ports(AttachMode::macvlan);
    EXPECT_THAT(printed(export_networkd(intent, host)),
                testing::HasSubstr("\n[RoutingPolicyRule]\nFamily=ipv4\nPriority=900\n"
                                   "From=192.168.137.250/32\nIncomingInterface=br0\nTable=7\n"
                                   "\n[RoutingPolicyRule]\nFamily=ipv4\nPriority=900\n"
                                   "From=192.168.137.250/32\nTable=7\n"));
    EXPECT_THAT(
        printed(export_netplan(intent, host)),
        testing::HasSubstr(
            "      routing-policy:\n"
            "        - priority: 900\n"
            "          from: 192.168.137.250/32\n"
            "          table: 7\n"
            "      # netplan cannot express this rule; add it at boot:\n"
            "      # ip -4 rule add from 192.168.137.250/32 iif br0 priority 900 lookup 7\n"));
}

TEST(Export, TheUplinkIsTheSameBeforeAndAfterItIsMade)
{
    model::Snapshot made = plain_host();
    netns(made).links.push_back({.index = 9,
                                 .name = "br0",
                                 .kind = "bridge",
                                 .mac = netns(made).links.back().mac,
                                 .mtu = 1500,
                                 .up = true,
                                 .ethernet = true,
                                 .bridge = model::Bridge{}});
    for (model::Link& link : netns(made).links) {
        if (link.name == "eno1")
            link.master = 9;
    }
    for (model::Address& address : netns(made).addresses)
        address.link = 9;
    for (model::Route& route : netns(made).routes)
        route.link = 9;
    const model::Intent intent = with_ports(AttachMode::macvlan);
    EXPECT_EQ(printed(export_networkd(intent, made)),
              printed(export_networkd(intent, plain_host())));
}

TEST(Export, LansOnOneUplinkShareIt)
{
    model::Intent intent = with_ports(AttachMode::macvlan);
    intent.lans.push_back(intent.lans[0]);
    intent.lans[1].name = "lan138";
    const auto files = export_netplan(intent, plain_host()).value();
    ASSERT_EQ(files.size(), 1);
    EXPECT_THAT(files[0].text,
                testing::HasSubstr("    br0:\n      interfaces: [eno1, up-lan137, up-lan138]\n"));
}

} // namespace
} // namespace onlan::plan
