#include <algorithm>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/links.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::kernel {
namespace {

model::Link link(NetlinkSocket& socket, const std::string& name)
{
    const auto links = *dump_links(socket);
    const auto found = std::ranges::find(links, name, &model::Link::name);
    return found == links.end() ? model::Link{} : *found;
}

// What somebody asked for. The kernel adds local and link-local entries of its own, IPv6's a moment
// later.
struct Asked {
    std::vector<model::Address> addresses;
    std::vector<model::Route> routes;

    static Asked of(NetlinkSocket& socket)
    {
        Asked asked{*dump_addresses(socket), *dump_routes(socket)};
        std::erase_if(asked.addresses,
                      [](const model::Address& one) { return one.scope != RT_SCOPE_UNIVERSE; });
        std::erase_if(asked.routes,
                      [](const model::Route& one) { return one.protocol != RTPROT_STATIC; });
        return asked;
    }
};

TEST(Links, ABridgeIsMadeAsAskedAndWithoutSpanningTree)
{
    in_own_netns([](NetlinkSocket& socket) {
        const auto mac = *net::MacAddress::parse("02:00:00:00:00:0b");
        EXPECT_OK(
            create_bridge(socket, {.name = "br0", .mac = mac, .mtu = 1400, .alias = "onlan:x"}));
        const model::Link made = link(socket, "br0");
        EXPECT_EQ(made.alias, "onlan:x");
        EXPECT_EQ(made.mac, mac);
        EXPECT_EQ(made.mtu, 1400U);
        ASSERT_TRUE(made.bridge);
        EXPECT_FALSE(made.bridge->stp);
        EXPECT_EQ(made.bridge->forward_delay, 0U);
    });
}

TEST(Links, ASecondOneOfTheSameNameIsRefusedAsThere)
{
    in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(create_bridge(socket, {.name = "br0", .mtu = 1500, .alias = "onlan:x"}));
        const auto again = create_bridge(socket, {.name = "br0", .mtu = 1500, .alias = "onlan:y"});
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, std::errc::file_exists);
        EXPECT_EQ(link(socket, "br0").alias, "onlan:x");
    });
}

TEST(Links, ACableCarriesItsMarkOnBothEnds)
{
    in_own_netns([](NetlinkSocket& socket) {
        const auto mac = *net::MacAddress::parse("fe:00:00:00:00:01");
        EXPECT_OK(create_veth(
            socket, {.name = "a", .peer = "b", .mac = mac, .mtu = 1400, .alias = "onlan:x"}));
        EXPECT_EQ(link(socket, "a").mac, mac);
        for (const char* end : {"a", "b"}) {
            EXPECT_EQ(link(socket, end).alias, "onlan:x");
            EXPECT_EQ(link(socket, end).mtu, 1400U);
        }
        EXPECT_EQ(link(socket, "a").peer, link(socket, "b").index);
        EXPECT_OK(delete_link(socket, "a"));
        EXPECT_EQ(link(socket, "b").name, "");
    });
}

TEST(Links, PortsComeAndGo)
{
    in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(create_bridge(socket, {.name = "br0", .mtu = 1500, .alias = "x"}));
        EXPECT_OK(create_veth(socket, {.name = "a", .peer = "b", .mtu = 1500, .alias = "x"}));
        EXPECT_OK(set_master(socket, "a", "br0"));
        EXPECT_OK(set_up(socket, "a"));
        EXPECT_EQ(link(socket, "a").master, link(socket, "br0").index);
        EXPECT_TRUE(link(socket, "a").up);
        EXPECT_OK(clear_master(socket, "a"));
        EXPECT_OK(set_down(socket, "a"));
        EXPECT_EQ(link(socket, "a").master, 0);
        EXPECT_FALSE(link(socket, "a").up);
    });
}

TEST(Links, WhatIsNotThereIsSaidByName)
{
    in_own_netns([](NetlinkSocket& socket) {
        const auto up = set_up(socket, "none");
        ASSERT_FALSE(up);
        EXPECT_EQ(up.error().code, std::errc::no_such_device);
        EXPECT_THAT(up.error().message, testing::HasSubstr("set none up"));
    });
}

// What `up` does to a NIC and `down` takes back, on everything that an address or a route can
// carry.
TEST(Links, AddressesAndRoutesComeBackAsTheyWere)
{
    in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(set_up(socket, "lo"));
        EXPECT_OK(create_veth(socket, {.name = "a", .peer = "b", .mtu = 1500, .alias = "x"}));
        EXPECT_OK(set_up(socket, "a"));
        EXPECT_OK(set_up(socket, "b"));
        const model::Address address{.local = *net::InterfaceAddress::parse("192.168.137.250/24"),
                                     .broadcast = *net::IpAddress::parse("192.168.137.255"),
                                     .metric = 77,
                                     .label = "a:lan"};
        const model::Address ipv6{.local = *net::InterfaceAddress::parse("fd00:137::250/64"),
                                  .flags = IFA_F_NODAD};
        EXPECT_OK(add_address(socket, "a", address));
        EXPECT_OK(add_address(socket, "a", ipv6));
        const model::Route route{.destination = *net::Prefix::parse("10.9.0.0/16"),
                                 .table = 1000,
                                 .protocol = RTPROT_STATIC,
                                 .flags = RTNH_F_ONLINK,
                                 .gateway = *net::IpAddress::parse("10.200.0.1"),
                                 .preferred_source = *net::IpAddress::parse("192.168.137.250"),
                                 .metric = 50,
                                 .metrics = {8, 0, RTAX_MTU, 0, 0x14, 5, 0, 0}};
        EXPECT_OK(add_route(socket, "a", route));
        const model::Route via{.destination = *net::Prefix::parse("10.12.0.0/16"),
                               .protocol = RTPROT_STATIC,
                               .gateway = *net::IpAddress::parse("fe80::1")};
        EXPECT_OK(add_route(socket, "a", via));
        const Asked before = Asked::of(socket);
        ASSERT_EQ(before.addresses.size(), 2U);
        ASSERT_EQ(before.routes.size(), 2U);

        for (const model::Route& one : before.routes)
            EXPECT_OK(delete_route(socket, "a", one));
        for (const model::Address& one : before.addresses)
            EXPECT_OK(delete_address(socket, "a", one));
        EXPECT_TRUE(Asked::of(socket).addresses.empty());
        EXPECT_TRUE(Asked::of(socket).routes.empty());
        for (const model::Address& one : before.addresses)
            EXPECT_OK(add_address(socket, "a", one));
        for (const model::Route& one : before.routes)
            EXPECT_OK(add_route(socket, "a", one));

        EXPECT_THAT(Asked::of(socket).addresses,
                    testing::UnorderedElementsAreArray(before.addresses));
        EXPECT_THAT(Asked::of(socket).routes, testing::UnorderedElementsAreArray(before.routes));
    });
}

TEST(Links, ARuleIsMadeAgainWithAnotherInterface)
{
    in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(create_veth(socket, {.name = "a", .peer = "b", .mtu = 1500, .alias = "x"}));
        const auto rules = *dump_rules(socket);
        model::Rule rule = *std::ranges::find(rules, 32766U, &model::Rule::priority);
        rule.priority = 1000;
        rule.input_interface = "a";
        EXPECT_OK(add_rule(socket, rule));
        EXPECT_THAT(*dump_rules(socket), testing::Contains(rule));
        EXPECT_OK(delete_rule(socket, rule));
        EXPECT_THAT(*dump_rules(socket), testing::Not(testing::Contains(rule)));
    });
}

} // namespace
} // namespace onlan::kernel
