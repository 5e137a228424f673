#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apply/host_actuator.hpp"
#include "kernel/netns.hpp"
#include "kernel/rtnetlink_dump.hpp"
#include "kernel/sysctl.hpp"
#include "unit/kernel/own_netns.hpp"
#include "unit/net/values.hpp"

namespace onlan::apply {
namespace {

using kernel::NetlinkSocket;
using plan::Change;
using testing::HasSubstr;

constexpr const char* kNoEngine = "unix:///nonexistent/docker.sock";

model::Snapshot collected(NetlinkSocket& socket)
{
    model::Netns netns{.name = "host"};
    netns.links = kernel::dump_links(socket).value();
    netns.addresses = kernel::dump_addresses(socket).value();
    netns.routes = kernel::dump_routes(socket).value();
    for (const char* name :
         {"net.ipv4.conf.all.promote_secondaries", "net.ipv4.conf.outer.promote_secondaries"}) {
        if (auto value = kernel::read_sysctl(name))
            netns.sysctls[name] = *value;
    }
    return {.namespaces = {std::move(netns)}};
}

// What a change is about. A bridge learns of its ports' carriers a little later, by linkwatch.
std::vector<std::string> facts(const model::Snapshot& snapshot)
{
    constexpr std::uint32_t kSecondary = 0x1; // IFA_F_SECONDARY
    const model::Netns& netns = snapshot.namespaces.front();
    const auto name = [&](int index) {
        const model::Link* link = netns.find_link(index);
        return link == nullptr ? std::string("-") : link->name;
    };
    std::vector<std::string> lines;
    for (const model::Link& link : netns.links)
        lines.push_back(fmt::format("{} {} alias {} mtu {} up {} carrier {} master {} peer {}",
                                    link.name, link.kind, link.alias, link.mtu, link.up,
                                    link.carrier && link.kind != "bridge", name(link.master),
                                    name(link.peer)));
    for (const model::Address& address : netns.addresses)
        lines.push_back(fmt::format("{} on {} secondary {}", address.local.to_string(),
                                    name(address.link), (address.flags & kSecondary) != 0));
    for (const model::Route& route : netns.routes)
        lines.push_back(
            fmt::format("{} {} via {} dev {} src {} table {} scope {} metric {} proto {}",
                        model::kRouteTypes.at(route.type), route.destination.to_string(),
                        route.gateway ? route.gateway->to_string() : "-", name(route.link),
                        route.preferred_source ? route.preferred_source->to_string() : "-",
                        route.table, route.scope, route.metric, route.protocol));
    std::ranges::sort(lines);
    return lines;
}

model::Address address(const char* text)
{
    return {.local = interface_address(text)};
}

std::vector<Change> life_of_a_cable()
{
    using namespace plan;
    return {
        CreateVeth{.name = "outer",
                   .peer = "inner",
                   .mac = mac("fe:ff:00:00:00:01"),
                   .mtu = 1500,
                   .alias = "onlan:x"},
        CreateBridge{.name = "on-x", .mtu = 1500, .alias = "onlan:x"},
        SetMaster{.link = "inner", .master = "on-x"},
        AddAddress{"outer", address("10.1.0.1/24")},
        SetUp{"outer"},
        SetUp{"on-x"},
        SetUp{"inner"},
        AddAddress{"outer", address("10.1.0.2/24")},
        AddAddress{"outer", address("10.1.0.3/24")},
        AddAddress{"outer", address("10.2.0.1/32")},
        AddRoute{
            "outer",
            {.destination = prefix("10.9.0.0/16"), .protocol = 3, .gateway = ip("10.1.0.254")}},
        AddRoute{"outer",
                 {.destination = prefix("10.8.0.0/16"),
                  .protocol = 3,
                  .scope = model::kScopeLink,
                  .preferred_source = ip("10.2.0.1")}},
        RemoveAddress{"outer", address("10.2.0.1/32")},
        SetMtu{.link = "outer", .mtu = 1400, .previous = 1500},
        SetDown{"outer"},
        SetUp{"outer"},
        RemoveAddress{"outer", address("10.1.0.1/24")},
        AddAddress{"outer", address("10.3.0.1/31")},
        ReleasePort{.link = "inner", .master = "on-x"},
        SetMaster{.link = "inner", .master = "on-x"},
        DeleteBridge{.name = "on-x", .mtu = 1500, .alias = "onlan:x"},
        DeleteVeth{.name = "outer", .peer = "inner", .alias = "onlan:x"},
    };
}

class OnTheKernel : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(PromoteSecondaries, OnTheKernel, testing::Values("0", "1"));

TEST_P(OnTheKernel, AChangeDoesWhatItsEffectSays)
{
    kernel::in_own_netns([](NetlinkSocket& socket) {
        EXPECT_OK(kernel::write_sysctl("net.ipv4.conf.all.promote_secondaries", GetParam()));
        // Link-local addresses come when they want to.
        EXPECT_OK(kernel::write_sysctl("net.ipv6.conf.default.disable_ipv6", "1"));
        const auto actuator = HostActuator::open(kNoEngine).value();
        for (const Change& change : life_of_a_cable()) {
            model::Snapshot foretold = collected(socket);
            plan::effect(foretold, change);
            EXPECT_OK(actuator->perform(change));
            EXPECT_EQ(facts(foretold), facts(collected(socket))) << plan::describe(change);
        }
    });
}

TEST(HostActuator, MakesAChangeInTheNamespaceThatItNames)
{
    kernel::in_own_netns([](NetlinkSocket&) {
        const std::string name = fmt::format("onlan-test-{}", ::getpid());
        const auto actuator = HostActuator::open(kNoEngine).value();
        ASSERT_TRUE(kernel::create_named_netns(name));
        const auto netns = kernel::NetnsHandle::open("/run/netns/" + name);
        const Change up(plan::SetUp{"lo"}, "netns:" + name);
        EXPECT_OK(actuator->perform(up));
        const auto links = kernel::in_netns(*netns, []() -> Result<std::vector<model::Link>> {
            ONLAN_TRY(NetlinkSocket socket, NetlinkSocket::open(NETLINK_ROUTE));
            return kernel::dump_links(socket);
        });
        EXPECT_OK(kernel::delete_named_netns(name));
        ASSERT_TRUE(links);
        EXPECT_TRUE(links->front().up);
    });
}

TEST(HostActuator, SaysWhichNamespacesItCannotEnter)
{
    const auto actuator = HostActuator::open(kNoEngine).value();
    for (const char* where : {"container:web", "pid:1", "netns:", "netns:../self/ns/net"}) {
        const auto done = actuator->perform(Change(plan::SetUp{"lo"}, where));
        ASSERT_FALSE(done) << where;
        EXPECT_THAT(done.error().message,
                    HasSubstr(fmt::format("cannot change anything in {}", where)));
    }
    EXPECT_FALSE(actuator->perform(Change(plan::SetUp{"lo"}, "netns:onlan-is-not-there")));
}

} // namespace
} // namespace onlan::apply
