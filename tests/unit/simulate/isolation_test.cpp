#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "formats/iptables_save.hpp"
#include "unit/simulate/builders.hpp"
#include "unit/test_data.hpp"

namespace onlan::simulate {
namespace {

using model::CauseKind;

// Containers `a` and `b` on a bridge each, and a machine on the LAN behind eth0.
class IsolationTest : public testing::Test {
protected:
    IsolationTest()
    {
        host.forwarding().bridge("br-a").bridge("br-b");
        world.cable(a, "eth0", host, "veth-a")
            .cable(b, "eth0", host, "veth-b")
            .cable(c, "eth0", host, "veth-c")
            .cable(lan, "eth0", host, "eth0");
        host.port("veth-a", "br-a").port("veth-b", "br-b").port("veth-c", "br-b");
        host.address("br-a", "172.18.0.1/16").address("br-b", "172.19.0.1/16");
        host.address("eth0", "192.168.1.2/24");
        a.address("eth0", "172.18.0.3/16").route("0.0.0.0/0", "eth0", "172.18.0.1");
        b.address("eth0", "172.19.0.3/16").route("0.0.0.0/0", "eth0", "172.19.0.1");
        c.address("eth0", "172.19.0.4/16").route("0.0.0.0/0", "eth0", "172.19.0.1");
        lan.address("eth0", "192.168.1.9/24").route("0.0.0.0/0", "eth0", "192.168.1.2");
        b.listen(kTcp, 80);
        c.listen(kTcp, 80);
        host.listen(kTcp, 80);
    }
    // The table filter, as iptables-save prints it.
    void iptables(const std::string& rules)
    {
        auto read = formats::parse_iptables_save("*filter\n" + rules + "COMMIT\n",
                                                 model::XtablesBackend::legacy, net::Family::ipv4);
        ASSERT_TRUE(read);
        host.netns.xtables = {*std::move(read)};
    }
    void nftables(const std::string& file)
    {
        const auto text = read_file(test_data("isolation/" + file));
        ASSERT_TRUE(text);
        auto listing = model::NftListing::from(nlohmann::json::parse(*text));
        ASSERT_TRUE(listing);
        host.netns.nftables = *std::move(listing);
    }
    model::Cause cause(const std::string& from, const std::string& to, std::uint16_t port = 80)
    {
        const std::vector<model::Netns> parts{host.netns, a.netns, b.netns, c.netns, lan.netns};
        const auto loaded = World::load(parts);
        return loaded ? explain(*loaded, {.from = from, .to = ip(to), .port = port}).cause
                      : model::Cause{.kind = CauseKind::unknown};
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& a = world.netns("a");
    NetnsBuilder& b = world.netns("b");
    NetnsBuilder& c = world.netns("c");
    NetnsBuilder& lan = world.netns("lan");
};

TEST_F(IsolationTest, Docker_s_two_stages_part_networks)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n:STAGE-1 -\n:STAGE-2 -\n"
             "-A FORWARD -j STAGE-1\n"
             "-A STAGE-1 -i br-a ! -o br-a -j STAGE-2\n"
             "-A STAGE-1 -i br-b ! -o br-b -j STAGE-2\n"
             "-A STAGE-2 -o br-a -j DROP\n"
             "-A STAGE-2 -o br-b -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::isolation);
    EXPECT_EQ(cause("a", "172.19.0.3").summary,
              "br-a and br-b are kept apart: 'SYN 172.18.0.3:40000 > 172.19.0.3:80' is dropped on "
              "br-a in host by rule 2 of filter STAGE-2: -A STAGE-2 -o br-b -j DROP");
}

TEST_F(IsolationTest, Docker_s_drop_of_what_no_port_is_published_for_parts_networks)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n:DOCKER -\n:DOCKER-BRIDGE -\n"
             "-A FORWARD -j DOCKER-BRIDGE\n"
             "-A DOCKER-BRIDGE -o br-b -j DOCKER\n"
             "-A DOCKER -d 172.19.0.3/32 ! -i br-b -o br-b -p tcp -m tcp --dport 443 -j ACCEPT\n"
             "-A DOCKER ! -i br-b -o br-b -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::isolation);
    EXPECT_EQ(cause("lan", "172.19.0.3").kind, CauseKind::filter);
}

TEST_F(IsolationTest, Docker_s_nftables_part_networks)
{
    nftables("docker-nftables.json");
    EXPECT_EQ(cause("a", "172.19.0.4").kind, CauseKind::isolation);
    EXPECT_EQ(cause("b", "172.19.0.4").kind, CauseKind::delivered);
    EXPECT_EQ(cause("lan", "172.19.0.4").kind, CauseKind::filter);
}

TEST_F(IsolationTest, Docker_s_drop_of_direct_access_parts_networks_before_routing)
{
    nftables("docker-nftables.json");
    const model::Cause dropped = cause("a", "172.19.0.3");
    EXPECT_EQ(dropped.kind, CauseKind::isolation);
    ASSERT_TRUE(dropped.object);
    EXPECT_EQ(std::get<model::ByRule>(*dropped.object).chain, "raw-PREROUTING");
    EXPECT_EQ(cause("lan", "172.19.0.3").kind, CauseKind::filter);
}

TEST_F(IsolationTest, Podman_s_chains_part_networks)
{
    nftables("netavark-nftables.json");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::isolation);
}

TEST_F(IsolationTest, Libvirt_s_reject_parts_networks)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n:LIBVIRT_FWI -\n"
             "-A FORWARD -j LIBVIRT_FWI\n"
             "-A LIBVIRT_FWI -o br-b -j REJECT --reject-with icmp-port-unreachable\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::isolation);
    EXPECT_EQ(cause("lan", "172.19.0.3").kind, CauseKind::reject);
}

TEST_F(IsolationTest, A_rule_of_the_user_parts_networks)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n-A FORWARD -i br-a -o br-b -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::isolation);
}

TEST_F(IsolationTest, A_rule_about_a_port_parts_none)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n"
             "-A FORWARD -i br-a -o br-b -p tcp -m tcp --dport 80 -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::filter);
}

TEST_F(IsolationTest, A_rule_reached_by_a_jump_about_a_port_parts_none)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n:WEB -\n"
             "-A FORWARD -p tcp -m tcp --dport 80 -j WEB\n"
             "-A WEB -i br-a -o br-b -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::filter);
}

TEST_F(IsolationTest, A_chain_that_was_left_again_has_no_part_in_it)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n:COUNT -\n"
             "-A FORWARD -i br-a -o br-b -j COUNT\n"
             "-A COUNT -p tcp -m tcp --dport 80 -j RETURN\n"
             "-A FORWARD -s 172.18.0.0/16 -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::filter);
}

TEST_F(IsolationTest, A_drop_within_one_network_parts_none)
{
    host.call_iptables();
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n-A FORWARD -i br-b -j DROP\n");
    EXPECT_EQ(cause("b", "172.19.0.4").kind, CauseKind::filter);
}

TEST_F(IsolationTest, What_the_host_does_not_let_in_itself_parts_none)
{
    iptables(":INPUT ACCEPT\n:FORWARD ACCEPT\n-A INPUT -i br-a -j DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.1").kind, CauseKind::filter);
}

TEST_F(IsolationTest, A_policy_parts_none)
{
    iptables(":INPUT ACCEPT\n:FORWARD DROP\n");
    EXPECT_EQ(cause("a", "172.19.0.3").kind, CauseKind::policy);
}

} // namespace
} // namespace onlan::simulate
