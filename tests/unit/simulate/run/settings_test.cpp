#include <gtest/gtest.h>

#include "simulate/run/settings.hpp"

namespace onlan::simulate {
namespace {

class SettingsTest : public testing::Test {
protected:
    [[nodiscard]] DeviceSettings of(std::string_view device) const
    {
        return DevicesSettings(netns).of(device);
    }
    static void expect(const Setting& setting, int value, std::string_view name)
    {
        EXPECT_EQ(setting.value, value);
        EXPECT_EQ(setting.name(), name);
    }

    model::Netns netns;
};

TEST_F(SettingsTest, The_larger_of_all_and_the_device_counts)
{
    netns.sysctls = {{"net.ipv4.conf.all.rp_filter", "1"}, {"net.ipv4.conf.eth0.rp_filter", "2"}};
    expect(of("eth0").ipv4["rp_filter"], 2, "net.ipv4.conf.eth0.rp_filter");
    expect(of("eth1").ipv4["rp_filter"], 1, "net.ipv4.conf.all.rp_filter");
}

TEST_F(SettingsTest, Both_have_to_allow_bc_forwarding)
{
    netns.sysctls = {{"net.ipv4.conf.all.bc_forwarding", "0"},
                     {"net.ipv4.conf.eth0.bc_forwarding", "1"}};
    expect(of("eth0").ipv4["bc_forwarding"], 0, "net.ipv4.conf.all.bc_forwarding");
    netns.sysctls["net.ipv4.conf.all.bc_forwarding"] = "1";
    expect(of("eth0").ipv4["bc_forwarding"], 1, "net.ipv4.conf.eth0.bc_forwarding");
}

TEST_F(SettingsTest, IPv4_forwards_what_the_device_lets_on)
{
    netns.sysctls = {{"net.ipv4.conf.all.forwarding", "1"}, {"net.ipv4.conf.eth0.forwarding", "0"}};
    expect(of("eth0").forwarding(net::Family::ipv4), 0, "net.ipv4.conf.eth0.forwarding");
}

TEST_F(SettingsTest, IPv6_forwards_when_all_does_or_the_device_is_made_to)
{
    netns.sysctls = {{"net.ipv6.conf.all.forwarding", "0"},
                     {"net.ipv6.conf.eth0.forwarding", "1"},
                     {"net.ipv6.conf.eth1.force_forwarding", "1"}};
    expect(of("eth0").forwarding(net::Family::ipv6), 0, "net.ipv6.conf.all.forwarding");
    expect(of("eth1").forwarding(net::Family::ipv6), 1, "net.ipv6.conf.eth1.force_forwarding");
    netns.sysctls["net.ipv6.conf.all.forwarding"] = "1";
    expect(of("eth0").forwarding(net::Family::ipv6), 1, "net.ipv6.conf.all.forwarding");
}

TEST_F(SettingsTest, Devices_are_told_apart_whatever_else_is_in_the_snapshot)
{
    netns.sysctls = {
        {"net.ipv4.conf.eth0.aaa", "9"},           {"net.ipv4.conf.eth0.arp_ignore", "1"},
        {"net.ipv4.conf.eth0.mc_forwarding", "9"}, {"net.ipv4.conf.eth0.rp_filter", "2"},
        {"net.ipv4.conf.eth0/1.arp_ignore", "8"},  {"net.ipv4.conf.eth00.accept_local", "1"}};
    expect(of("eth0").ipv4["arp_ignore"], 1, "net.ipv4.conf.eth0.arp_ignore");
    expect(of("eth0").ipv4["rp_filter"], 2, "net.ipv4.conf.eth0.rp_filter");
    expect(of("eth0").ipv4["accept_local"], 0, "net.ipv4.conf.eth0.accept_local");
    expect(of("eth0.1").ipv4["arp_ignore"], 8, "net.ipv4.conf.eth0/1.arp_ignore");
}

TEST_F(SettingsTest, What_is_absent_is_as_in_a_fresh_namespace)
{
    EXPECT_EQ(of("eth0").arp["proxy_delay"].value, 80);
    expect(netns_settings(netns).netfilter["nf_conntrack_tcp_loose"], 1,
           "net.netfilter.nf_conntrack_tcp_loose");
    EXPECT_FALSE(netns_settings(netns).br_netfilter);
}

} // namespace
} // namespace onlan::simulate
