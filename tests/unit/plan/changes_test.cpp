#include <algorithm>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "plan/changes/change.hpp"
#include "unit/model/filled.hpp"
#include "unit/plan/worlds.hpp"

namespace onlan::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint32_t kTableLocal = 255;

model::Address address(const char* text)
{
    return {.local = interface_address(text)};
}

model::Rule rule(const std::string& input_interface)
{
    return rule_from(model::PolicyRule{
        .priority = 100, .input_interface = input_interface, .table = 1000, .protocol = 3});
}

// As the kernel would have it: br-lan with the port eno1, eth9 with two addresses and a route, eth8
// down.
model::Snapshot small_host()
{
    model::Snapshot host = article_host();
    netns(host).addresses.clear();
    netns(host).links.push_back({.index = 8, .name = "eth8", .mtu = 1500, .ethernet = true});
    netns(host).links.push_back(
        {.index = 9, .name = "eth9", .mtu = 1500, .up = true, .carrier = true, .ethernet = true});
    netns(host).sysctls["net.ipv4.conf.all.rp_filter"] = "0";
    netns(host).policy_rules = {rule("eth9")};
    drop_bridged_frames(host);
    effect(host, AddAddress{"eth9", address("10.97.0.1/24")});
    effect(host, AddAddress{"eth9", address("10.99.0.1/24")});
    effect(host, AddRoute{"eth9", {.destination = prefix("10.66.0.0/16"), .protocol = 3}});
    return host;
}

const model::DockerNetwork kNetwork{.name = "lan137",
                                    .driver = "bridge",
                                    .options = {{"com.docker.network.bridge.name", "on-x"}},
                                    .labels = {{"onlan.lan", "lan137"}}};

// A change of every kind that makes something, none of which holds on small_host().
std::vector<Change> makings()
{
    return {
        CreateBridge{.name = "on-x", .mtu = 1500, .alias = "onlan:x"},
        CreateVeth{.name = "up-x",
                   .peer = "in-x",
                   .mac = mac("fe:ff:00:00:00:01"),
                   .mtu = 1500,
                   .alias = "onlan:x"},
        SetMaster{.link = "eth8", .master = "br-lan"},
        plan::SetUp{"eth8"},
        SetMtu{.link = "eth9", .mtu = 1400, .previous = 1500},
        StartStp{"br-lan"},
        SetSysctl{.name = "net.ipv4.conf.all.rp_filter", .value = "2", .previous = "0"},
        AddAddress{"eth9", address("10.98.0.1/24")},
        RemoveAddress{"eth9", address("10.99.0.1/24")},
        AddRoute{"eth9", {.destination = prefix("10.77.0.0/16"), .protocol = 3}},
        RemoveRoute{"eth9", {.destination = prefix("10.66.0.0/16"), .protocol = 3}},
        ReplaceRule{.before = rule("eth9"), .after = rule("br-lan")},
        AddNotrack{.bridge = "on-x", .comment = "onlan:x"},
        InsertXtablesRule{.table = "filter",
                          .chain = "DOCKER-USER",
                          .rule = {"-m", "comment", "--comment", "onlan:x", "-j", "ACCEPT"}},
        CreateDockerNetwork{.network = kNetwork},
    };
}

// What a list says but not in which order: what is taken away and made again stands at its end.
model::Snapshot unordered(model::Snapshot snapshot)
{
    for (model::Netns& netns : snapshot.namespaces) {
        std::ranges::sort(netns.addresses, {}, [](const model::Address& one) {
            return std::tuple(one.link, one.local.to_string());
        });
        std::ranges::sort(netns.routes, {}, [](const model::Route& one) {
            return std::tuple(one.table, one.type, one.destination.to_string());
        });
    }
    return snapshot;
}

model::Snapshot after(model::Snapshot snapshot, const Change& change)
{
    effect(snapshot, change);
    return snapshot;
}

template <typename Use, std::size_t... index>
void for_each_kind(Use use, std::index_sequence<index...> /*of*/)
{
    (use(model::filled<std::variant_alternative_t<index, Act>>()), ...);
}

TEST(Changes, EveryKindIsReadBackWithEveryField)
{
    for_each_kind(
        [](const auto& filled) {
            const Change change(filled, "netns:blue");
            const auto read = change_from_json(to_json(change));
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_EQ(*read, change) << describe(change);
        },
        std::make_index_sequence<std::variant_size_v<Act>>());
}

TEST(Changes, EveryKindHasAWordOfItsOwn)
{
    std::set<std::string_view> words;
    for_each_kind([&](const auto& filled) { words.insert(filled.kKind.word); },
                  std::make_index_sequence<std::variant_size_v<Act>>());
    EXPECT_EQ(words.size(), std::variant_size_v<Act>);
}

TEST(Changes, WhatIsNoChangeIsNotRead)
{
    const auto error = [](const char* text) {
        const auto read = change_from_json(nlohmann::json::parse(text));
        return read ? "" : read.error().message;
    };
    EXPECT_THAT(error(R"({"type": "paint", "link": "eth0"})"),
                HasSubstr("'paint' is not a kind of change"));
    EXPECT_THAT(error(R"({"type": "set-up", "link": 3})"),
                HasSubstr("at /link: expected a string, found 3"));
    EXPECT_THAT(error(R"({"type": "set-up", "colour": "red"})"), HasSubstr("at /colour: "));
    EXPECT_THAT(error("[]"), HasSubstr("is not a kind of change"));
}

TEST(Changes, AChangeHoldsOnceItIsMadeAndNotBefore)
{
    for (const Change& change : makings()) {
        const model::Snapshot host = small_host();
        EXPECT_FALSE(holds(change, host)) << describe(change);
        EXPECT_TRUE(holds(inverse(change), host)) << describe(inverse(change));
        const model::Snapshot made = after(host, change);
        EXPECT_TRUE(holds(change, made)) << describe(change);
        EXPECT_FALSE(holds(inverse(change), made)) << describe(inverse(change));
    }
}

TEST(Changes, TheInverseTakesBackWhatAChangeDid)
{
    for (const Change& change : makings()) {
        const model::Snapshot host = small_host();
        const model::Snapshot made = after(host, change);
        const model::Snapshot back = after(made, inverse(change));
        EXPECT_EQ(unordered(back), unordered(host)) << describe(change);
        const model::Snapshot again = after(back, inverse(inverse(change)));
        EXPECT_EQ(unordered(again), unordered(made)) << describe(change);
    }
}

TEST(Changes, MakingTwiceAndTakingBackTwiceIsDoneOnce)
{
    for (const Change& change : makings()) {
        const model::Snapshot made = after(small_host(), change);
        EXPECT_EQ(after(made, change), made) << describe(change);
        const model::Snapshot back = after(made, inverse(change));
        EXPECT_EQ(after(back, inverse(change)), back) << describe(change);
    }
}

TEST(Changes, TheInverseOfTheInverseIsTheChange)
{
    for (const Change& change : makings())
        EXPECT_EQ(inverse(inverse(change)), change) << describe(change);
    for_each_kind(
        [](const auto& filled) {
            const Change change(filled, "netns:blue");
            if (std::holds_alternative<AdoptBridge>(change))
                return; // what it was before is not known
            EXPECT_EQ(inverse(inverse(change)), change) << describe(change);
        },
        std::make_index_sequence<std::variant_size_v<Act>>());
}

TEST(Changes, WhatIsNoLongerOnlansIsNotTakenBack)
{
    model::Snapshot host =
        after(small_host(), CreateBridge{.name = "on-x", .mtu = 1500, .alias = "onlan:x"});
    netns(host).links.back().alias = "somebody's";
    EXPECT_EQ(after(host, DeleteBridge{.name = "on-x", .alias = "onlan:x"}), host);

    host = after(small_host(), SetMaster{.link = "eth8", .master = "br-lan"});
    EXPECT_EQ(after(host, ReleasePort{.link = "eth8", .master = "br-other"}), host);

    host = after(small_host(), CreateDockerNetwork{.network = kNetwork});
    host.docker->networks.front().labels.clear();
    EXPECT_EQ(after(host, RemoveDockerNetwork{.network = kNetwork}), host);
}

TEST(Changes, AChangeIsMadeInTheNamespaceThatItNames)
{
    model::Snapshot host = small_host();
    host.namespaces.push_back({.name = "netns:blue", .inode = 7});
    host.namespaces.back().links = {{.index = 2, .name = "eth8"}};
    const Change there(plan::SetUp{"eth8"}, "netns:blue");

    const model::Snapshot made = after(host, there);
    EXPECT_EQ(made.namespaces.front(), host.namespaces.front());
    EXPECT_TRUE(made.namespaces.back().links.front().up);
    EXPECT_FALSE(holds(there, made)); // of the host's namespace
    EXPECT_TRUE(holds(there, model::Host(made, made.namespaces.back())));
    EXPECT_EQ(after(made, inverse(there)), host);
    EXPECT_EQ(after(host, Change(plan::SetUp{"eth8"}, "netns:gone")), host);

    EXPECT_EQ(describe(there), "set eth8 up in netns:blue");
    EXPECT_THAT(commands(there).value(),
                ElementsAre("ip netns exec blue sh -c 'ip link set eth8 up'"));
    EXPECT_FALSE(commands(Change(plan::SetUp{"eth8"}, "container:web")));
}

TEST(Effect, DeletingALinkDeletesItsOtherEndInAnotherNamespace)
{
    model::Snapshot host{.namespaces = {{.name = "host", .inode = 1, .peers = {{0, 2}}},
                                        {.name = "netns:blue", .inode = 2, .peers = {{0, 1}}}}};
    netns(host).links = {
        {.index = 5, .name = "up-x", .kind = "veth", .alias = "x", .peer = 5, .peer_netnsid = 0}};
    host.namespaces[1].links = {
        {.index = 1, .name = "lo"},
        {.index = 5, .name = "eth0", .kind = "veth", .peer = 5, .peer_netnsid = 0},
        {.index = 6, .name = "mv0", .kind = "macvlan", .peer = 5}};
    host.namespaces[1].addresses = {{.link = 5, .local = interface_address("10.0.0.2/24")}};

    effect(host, DeleteVeth{.name = "up-x", .peer = "eth0", .alias = "x"});

    EXPECT_THAT(netns(host).links, IsEmpty());
    EXPECT_THAT(host.namespaces[1].links, ElementsAre(testing::Field(&model::Link::name, "lo")));
    EXPECT_THAT(host.namespaces[1].addresses, IsEmpty());
}

TEST(Effect, ALinkThatGoesDownKeepsItsAddressAndLosesItsRoutes)
{
    model::Snapshot host = small_host();
    effect(host, AddAddress{"eth9", address("fd00::1/64")});
    effect(host, SetDown{"eth9"});
    EXPECT_THAT(netns(host).addresses, testing::SizeIs(2));
    EXPECT_THAT(netns(host).routes,
                testing::Each(testing::Field(&model::Route::table, kTableLocal)));
    EXPECT_THAT(netns(host).routes, testing::SizeIs(2));
    effect(host, plan::SetUp{"eth9"});
    EXPECT_THAT(netns(host).routes, testing::Contains(testing::Field(&model::Route::destination,
                                                                     prefix("10.99.0.0/24"))));
}

TEST(Effect, WithItsLastAddressALinkLosesEveryRouteOfTheFamily)
{
    model::Snapshot host = small_host();
    effect(host, RemoveAddress{"eth9", address("10.97.0.1/24")});
    EXPECT_THAT(netns(host).routes, Not(IsEmpty()));
    effect(host, RemoveAddress{"eth9", address("10.99.0.1/24")});
    EXPECT_THAT(netns(host).routes, IsEmpty());
}

TEST(Effect, ANewLinksSwitchesBeginAsTheDefaultOnesAre)
{
    model::Snapshot host = small_host();
    netns(host).sysctls["net.ipv4.conf.default.rp_filter"] = "2";
    effect(host, CreateBridge{.name = "on.x", .mtu = 1500, .alias = "onlan:x"});
    EXPECT_EQ(netns(host).sysctl(model::kIpv4Conf["rp_filter"], "on.x"), "2");
    EXPECT_EQ(netns(host).sysctl(model::kIpv6Conf["disable_ipv6"], "on.x"), "0");
}

TEST(Effect, ACableHasACarrierWhileBothEndsAreUp)
{
    model::Snapshot host = small_host();
    effect(host, CreateVeth{.name = "up-x", .peer = "in-x", .mtu = 1500, .alias = "x"});
    effect(host, SetMaster{.link = "up-x", .master = "br-lan"});
    const auto state = [&] { return netns(host).find_link("up-x")->port->state; };
    effect(host, plan::SetUp{"up-x"});
    EXPECT_EQ(state(), model::PortState::disabled);
    effect(host, plan::SetUp{"in-x"});
    EXPECT_EQ(state(), model::PortState::forwarding);
    effect(host, SetDown{"in-x"});
    EXPECT_FALSE(netns(host).find_link("up-x")->carrier);
    EXPECT_EQ(state(), model::PortState::disabled);
}

} // namespace
} // namespace onlan::plan
