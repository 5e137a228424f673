// Routing and source validation: net/ipv4/fib_trie.c, fib_rules.c, route.c, fib_frontend.c,
// ip_forward.c.

#include "simulate/ip/source_validation.hpp"
#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr std::uint8_t kLocal = 2;
constexpr std::uint8_t kBlackhole = 6;
constexpr std::uint8_t kUnreachable = 7;
constexpr std::uint8_t kProhibit = 8;
constexpr std::uint8_t kThrow = 9;
constexpr std::uint32_t kMain = 254;
constexpr std::uint32_t kLocalTable = 255;

// A host with eth0 and eth1.
class FibTest : public testing::Test {
protected:
    FibTest()
    {
        host.at("eth0");
        host.at("eth1");
    }
    model::Route& route(const std::string& to,
                        const std::string& device,
                        std::uint32_t table = kMain,
                        std::uint8_t type = 1)
    {
        host.netns.routes.push_back({.destination = prefix(to),
                                     .table = table,
                                     .type = type,
                                     .link = device.empty() ? 0 : host.at(device).index});
        return host.netns.routes.back();
    }
    // As `ip rule add pref PRIORITY lookup TABLE` makes it.
    void rule(std::uint32_t priority, std::uint8_t table)
    {
        constexpr std::uint8_t kToTable = 1;
        model::Rule rule{.family = net::Family::ipv4, .priority = priority};
        rule.header = {2, 0, 0, 0, table, 0, 0, kToTable, 0, 0, 0, 0};
        host.netns.policy_rules.push_back(rule);
    }
    void default_rules()
    {
        rule(0, 255);
        rule(32766, 254);
        rule(32767, 253);
    }
    // The device that packets to an address leave by, or why they do not.
    std::string lookup(const FlowKey& key)
    {
        const Fib fib(host.netns, net::Family::ipv4);
        const RouteFound found = fib.lookup(key);
        if (!found.ok())
            return std::string(describe(found.error));
        return found.route->type == kLocal ? "local"
                                           : host.netns.find_link(found.route->link)->name;
    }
    std::string lookup(const std::string& to) { return lookup({.destination = ip(to)}); }

    NetnsBuilder host{"host", 1};
};

TEST_F(FibTest, The_longest_prefix_wins)
{
    route("0.0.0.0/0", "eth0");
    route("10.0.0.0/8", "eth1");
    route("10.1.0.0/16", "eth0");
    EXPECT_EQ(lookup("10.1.2.3"), "eth0");
    EXPECT_EQ(lookup("10.2.2.3"), "eth1");
    EXPECT_EQ(lookup("192.0.2.1"), "eth0");
}

TEST_F(FibTest, Of_equal_prefixes_the_lower_metric_wins)
{
    route("10.0.0.0/8", "eth0").metric = 20;
    route("10.0.0.0/8", "eth1").metric = 10;
    EXPECT_EQ(lookup("10.1.2.3"), "eth1");
}

TEST_F(FibTest, A_route_for_a_type_of_service_is_for_that_only_and_beats_the_metric)
{
    constexpr std::uint8_t kTos = 0x10;
    route("10.0.0.0/8", "eth0");
    model::Route& special = route("10.0.0.0/8", "eth1");
    special.tos = kTos;
    special.metric = 100;
    EXPECT_EQ(lookup({.destination = ip("10.1.2.3"), .tos = kTos}), "eth1");
    EXPECT_EQ(lookup("10.1.2.3"), "eth0");
}

TEST_F(FibTest, A_route_may_say_no_in_several_ways)
{
    for (const auto& [type, says] : {std::pair{kBlackhole, "the route says blackhole"},
                                     {kUnreachable, "the route says unreachable"},
                                     {kProhibit, "the route says prohibit"}}) {
        host.netns.routes.clear();
        route("10.0.0.0/8", "", kMain, type);
        EXPECT_EQ(lookup("10.1.2.3"), says);
    }
    EXPECT_EQ(lookup("192.0.2.1"), "no route leads there");
}

TEST_F(FibTest, A_throw_sends_the_question_to_the_next_rule)
{
    default_rules();
    rule(100, 100);
    route("10.0.0.0/8", "", 100, kThrow);
    route("10.0.0.0/8", "eth1");
    EXPECT_EQ(lookup("10.1.2.3"), "eth1");
}

TEST_F(FibTest, Local_and_main_are_one_table_until_a_rule_is_added)
{
    route("10.50.0.0/16", "lo", kLocalTable, kLocal);
    route("10.50.1.0/24", "eth1");
    default_rules();
    EXPECT_EQ(lookup("10.50.1.2"), "eth1") << "the longer prefix of main hides the local one";
    rule(100, 100);
    EXPECT_EQ(lookup("10.50.1.2"), "local");
}

TEST_F(FibTest, And_stay_apart_when_the_rule_is_deleted_again)
{
    route("10.50.0.0/16", "lo", kLocalTable, kLocal);
    route("10.50.1.0/24", "eth1");
    host.netns.separate_local_table = true;
    EXPECT_EQ(lookup("10.50.1.2"), "local");
}

TEST_F(FibTest, A_route_without_carrier_is_used_unless_it_is_asked_not_to_be)
{
    route("10.0.0.0/8", "eth1");
    route("0.0.0.0/0", "eth0");
    host.at("eth1").carrier = false;
    EXPECT_EQ(lookup("10.1.2.3"), "eth1");
    host.sysctl("net.ipv4.conf.all.ignore_routes_with_linkdown", 1);
    EXPECT_EQ(lookup("10.1.2.3"), "eth0");
    host.address("eth1", "10.9.0.1/24");
    EXPECT_EQ(lookup("10.9.0.1"), "local");
}

TEST_F(FibTest, A_rule_may_be_for_a_range_of_ports_and_for_a_mark)
{
    route("0.0.0.0/0", "eth0");
    route("0.0.0.0/0", "eth1", 100);
    default_rules();
    host.netns.policy_rules.push_back(
        model::rule_from({.priority = 100,
                          .mark = model::MaskedMark{.value = 0x10, .mask = 0xF0},
                          .ip_protocol = kTcp,
                          .destination_ports = model::NumberRange{.first = 256, .last = 511},
                          .table = 100}));
    const auto leaves_by = [&](std::uint32_t mark, std::uint16_t port) {
        return lookup({.destination = ip("10.1.2.3"),
                       .mark = mark,
                       .protocol = kTcp,
                       .destination_port = port});
    };
    EXPECT_EQ(leaves_by(0x1F, 256), "eth1");
    EXPECT_EQ(leaves_by(0x1F, 511), "eth1");
    EXPECT_EQ(leaves_by(0x1F, 512), "eth0");
    EXPECT_EQ(leaves_by(0x1F, 1), "eth0") << "the bounds are in host order";
    EXPECT_EQ(leaves_by(0x20, 256), "eth0");
}

TEST_F(FibTest, A_rule_that_suppresses_short_prefixes_leaves_the_default_route_to_the_next)
{
    route("0.0.0.0/0", "eth0");
    route("10.1.0.0/16", "eth0");
    route("0.0.0.0/0", "eth1", 100);
    default_rules();
    host.netns.policy_rules.push_back(
        model::rule_from({.priority = 100, .table = kMain, .suppress_prefixlength = 0}));
    host.netns.policy_rules.push_back(model::rule_from({.priority = 101, .table = 100}));
    EXPECT_EQ(lookup("10.1.2.3"), "eth0");
    EXPECT_EQ(lookup("192.0.2.1"), "eth1");
}

// A router whose device `left` a packet comes in by; what is routed leaves by `right`.
class RouterTest : public testing::Test {
protected:
    RouterTest()
    {
        world.cable(left, "eth0", router, "left").cable(right, "eth0", router, "right");
        router.address("left", "10.1.0.1/24").address("right", "10.2.0.1/24").forwarding();
        for (const auto& [device, address] :
             {std::pair{"left", "10.1.0.2"}, {"right", "10.2.0.2"}}) {
            constexpr std::uint16_t kReachable = 2;
            router.netns.neighbours.push_back({.link = router.at(device).index,
                                               .address = ip(address),
                                               .mac = mac(2),
                                               .state = kReachable});
        }
    }
    // What the router does with a packet that comes in by `left`, and what it says of it.
    Sent& receive(const Ip& what)
    {
        built_ = std::make_unique<World>(world.build());
        sent_ = std::make_unique<Sent>(*built_);
        return sent_->in(
            "router", "left",
            {.ethernet = {.source = mac(2), .destination = *router.at("left").mac}, .ip = what});
    }
    bool forwarded(const Ip& what)
    {
        const auto steps = receive(what).steps("veth");
        return std::ranges::find(steps, "eth0 veth cross") != steps.end() &&
               sent_->packets().size() == 1;
    }
    std::vector<std::string> answers(const Ip& what)
    {
        auto packets = receive(what).packets();
        packets.erase(packets.begin());
        return packets;
    }
    void no_forwarding()
    {
        for (const std::string device : {"lo", "left", "right"})
            router.sysctl("net.ipv4.conf." + device + ".forwarding", 0);
    }
    bool forwarded_with_rp_filter(int mode)
    {
        router.sysctl("net.ipv4.conf.all.rp_filter", mode);
        return forwarded(packet);
    }

    WorldBuilder world;
    NetnsBuilder& router = world.netns("router");
    NetnsBuilder& left = world.netns("left");
    NetnsBuilder& right = world.netns("right");
    Ip packet = datagram("10.1.0.2", 4000, "10.2.0.2", 53);

private:
    std::unique_ptr<World> built_;
    std::unique_ptr<Sent> sent_;
};

TEST_F(RouterTest, A_neighbour_is_told_of_the_router_that_is_nearer)
{
    router.route("10.6.0.0/24", "left", "10.1.0.3");
    const Ip astray = datagram("10.1.0.2", 40000, "10.6.0.1", 80);
    const auto told = [&] {
        return std::ranges::count(answers(astray), "ICMP redirect 10.1.0.1 > 10.1.0.2");
    };
    EXPECT_EQ(told(), 1);
    router.sysctl("net.ipv4.conf.all.send_redirects", 0)
        .sysctl("net.ipv4.conf.left.send_redirects", 0);
    EXPECT_EQ(told(), 0);
    router.sysctl("net.ipv4.conf.all.send_redirects", 1);
    EXPECT_EQ(told(), 1);
    router.route("10.8.0.0/24", "left", "10.1.0.2");
    EXPECT_THAT(answers(datagram("10.8.0.9", 40000, "10.6.0.1", 80)),
                Not(Contains(testing::HasSubstr("redirect"))))
        << "the sender is no neighbour";
}

TEST_F(RouterTest, A_packet_for_somebody_else_is_forwarded)
{
    EXPECT_TRUE(forwarded(packet));
}

TEST_F(RouterTest, Without_forwarding_it_ends_silently)
{
    no_forwarding();
    EXPECT_FALSE(forwarded(packet));
    EXPECT_THAT(answers(packet), ElementsAre());
}

TEST_F(RouterTest, What_a_local_address_takes_needs_no_forwarding)
{
    no_forwarding();
    EXPECT_THAT(answers(ping("10.1.0.2", "10.2.0.1")),
                ElementsAre("ICMP echo-reply 10.2.0.1 > 10.1.0.2"));
}

TEST_F(RouterTest, A_packet_at_the_end_of_its_time_is_answered)
{
    packet.ttl = 1;
    EXPECT_THAT(answers(packet), ElementsAre("ICMP time-exceeded 10.1.0.1 > 10.1.0.2"));
    packet.ttl = 2;
    EXPECT_TRUE(forwarded(packet));
}

TEST_F(RouterTest, A_packet_that_is_too_long_and_may_not_be_cut_is_answered)
{
    router.at("right").mtu = 1000;
    packet.length = 1001;
    EXPECT_THAT(answers(packet), ElementsAre("ICMP unreachable/4 10.1.0.1 > 10.1.0.2"));
    packet.dont_fragment = false;
    right.at("eth0").mtu = 1500;
    EXPECT_TRUE(forwarded(packet));
}

TEST_F(RouterTest, Routes_that_say_no_are_answered_with_their_kind_of_error)
{
    router.route("192.0.2.0/28", "", "", kUnreachable)
        .route("192.0.2.16/28", "", "", kProhibit)
        .route("192.0.2.32/28", "", "", kBlackhole);
    packet.destination = ip("192.0.2.1");
    EXPECT_THAT(answers(packet), ElementsAre("ICMP unreachable/1 10.1.0.1 > 10.1.0.2"));
    packet.destination = ip("192.0.2.17");
    EXPECT_THAT(answers(packet), ElementsAre("ICMP unreachable/13 10.1.0.1 > 10.1.0.2"));
    packet.destination = ip("192.0.2.33");
    EXPECT_THAT(answers(packet), ElementsAre());
    packet.destination = ip("192.0.2.99");
    EXPECT_THAT(answers(packet), ElementsAre("ICMP unreachable/0 10.1.0.1 > 10.1.0.2"));
}

TEST_F(RouterTest, IPv6_tells_a_route_of_type_unreachable_as_it_tells_none)
{
    router.address("left", "fd01::1/64").sysctl("net.ipv6.conf.all.forwarding", 1);
    router.netns.neighbours.push_back(
        {.link = router.at("left").index, .address = ip("fd01::2"), .mac = mac(2), .state = 2});
    router.route("fd0a::/64", "", "", kUnreachable).route("fd0b::/64", "", "", kProhibit);
    for (const auto& [to, error] : {std::pair{"fd0a::1", "ICMP unreachable/0 fd01::1 > fd01::2"},
                                    {"fd0b::1", "ICMP unreachable/1 fd01::1 > fd01::2"},
                                    {"fd0c::1", "ICMP unreachable/0 fd01::1 > fd01::2"}})
        EXPECT_THAT(answers(datagram("fd01::2", 4000, to, 53)), ElementsAre(error));
}

TEST_F(RouterTest, Martians_are_dropped_whatever_the_tables_say)
{
    for (const char* everything : {"0.0.0.0/1", "128.0.0.0/1"})
        router.route(everything, "left", "10.1.0.2");
    const auto dropped_by = [&](std::string_view stage) {
        return receive(packet).steps(stage) ==
               std::vector<std::string>{"left " + std::string(stage) + " drop"};
    };
    for (const auto& [source, stage] : {std::pair{"224.0.0.1", "martian-source"},
                                        {"255.255.255.255", "martian-source"},
                                        {"0.1.2.3", "martian-source"},
                                        {"127.0.0.1", "route_localnet"}}) {
        packet.source = ip(source);
        EXPECT_TRUE(dropped_by(stage)) << source;
    }
    packet.source = ip("10.1.0.2");
    for (const auto& [destination, stage] :
         {std::pair{"0.1.2.3", "martian-destination"}, {"127.0.0.1", "route_localnet"}}) {
        packet.destination = ip(destination);
        EXPECT_TRUE(dropped_by(stage)) << destination;
    }
}

TEST_F(RouterTest, An_own_address_is_no_source_from_outside)
{
    packet.source = ip("10.2.0.1");
    EXPECT_FALSE(forwarded(packet));
    router.sysctl("net.ipv4.conf.left.accept_local", 1);
    EXPECT_TRUE(forwarded(packet));
}

TEST_F(RouterTest, Strict_mode_wants_the_way_back_by_the_same_device)
{
    packet.source = ip("10.2.0.77");
    EXPECT_TRUE(forwarded_with_rp_filter(0));
    EXPECT_FALSE(forwarded_with_rp_filter(1));
}

TEST_F(RouterTest, Loose_mode_wants_any_way_back)
{
    packet.source = ip("10.2.0.77");
    EXPECT_TRUE(forwarded_with_rp_filter(2));
    packet.source = ip("8.8.8.8");
    EXPECT_FALSE(forwarded_with_rp_filter(2));
    EXPECT_TRUE(forwarded_with_rp_filter(0));
}

TEST_F(RouterTest, The_larger_of_all_and_the_device_counts)
{
    packet.source = ip("10.2.0.77");
    router.sysctl("net.ipv4.conf.left.rp_filter", 1);
    EXPECT_FALSE(forwarded_with_rp_filter(0));
    EXPECT_TRUE(forwarded_with_rp_filter(2)) << "loose is the larger number";
}

TEST_F(RouterTest, Loose_mode_is_strict_on_a_device_without_any_address)
{
    std::erase_if(router.netns.addresses, [&](const model::Address& address) {
        return address.link == router.at("left").index;
    });
    std::erase_if(router.netns.routes,
                  [&](const model::Route& route) { return route.link == router.at("left").index; });
    packet.source = ip("10.2.0.77");
    EXPECT_FALSE(forwarded_with_rp_filter(2));
    EXPECT_TRUE(forwarded_with_rp_filter(0));
    router.address("left", "10.9.9.9/32");
    EXPECT_TRUE(forwarded_with_rp_filter(2)) << "any address will do";
}

TEST_F(RouterTest, A_hop_of_several_is_a_choice_of_its_own)
{
    packet.destination = ip("192.0.2.1");
    model::Route route{.destination = prefix("192.0.2.0/24"), .multipath = true};
    route.next_hops = {{.gateway = ip("10.1.0.2"), .link = router.at("left").index},
                       {.gateway = ip("10.2.0.2"), .link = router.at("right").index}};
    router.netns.routes.push_back(route);
    receive(packet);
    EXPECT_TRUE(std::ranges::any_of(receive(packet).run().assumptions, [](const auto& assumption) {
        return assumption.find("packets from 10.1.0.2 to 192.0.2.1 take the next hop") == 0;
    }));
}

TEST_F(RouterTest, A_source_behind_any_hop_of_several_passes_strict_mode)
{
    packet.source = ip("192.0.2.1");
    model::Route route{.destination = prefix("192.0.2.0/24"), .multipath = true};
    route.next_hops = {{.gateway = ip("10.2.0.2"), .link = router.at("right").index},
                       {.gateway = ip("10.1.0.2"), .link = router.at("left").index}};
    router.netns.routes.push_back(route);
    EXPECT_TRUE(forwarded_with_rp_filter(1));
}

// A host that reaches a server by `near`, and marked packets by `far`.
class OwnMarkTest : public testing::Test {
protected:
    OwnMarkTest()
    {
        world.cable(host, "near", server, "eth0").cable(host, "far", other, "eth0");
        host.address("near", "10.1.0.1/24").address("far", "10.2.0.1/24");
        server.address("eth0", "10.1.0.2/24").listen(kTcp, 80);
        other.address("eth0", "10.2.0.2/24");
        for (const std::uint32_t table : {255U, 254U})
            host.netns.policy_rules.push_back(
                model::rule_from({.priority = table == 255 ? 0U : 32766U, .table = table}));
        host.netns.policy_rules.push_back(model::rule_from(
            {.priority = 100, .mark = model::MaskedMark{.value = 1, .mask = 0xFF}, .table = 100}));
        host.route("0.0.0.0/0", "far", "10.2.0.2");
        host.netns.routes.back().table = 100;
    }
    // By which device the SYN leaves when a chain of this type marks it.
    std::string leaves_by(rules::ChainType type, int priority)
    {
        world.rules("host").chain(
            rules::HookFamily::ipv4, rules::Hook::output, priority, "marks",
            [](rules::PacketView packet, const rules::Surroundings&) {
                packet.mark = 1;
                return accept(packet);
            },
            type);
        const World built = world.build();
        const auto explanation = explain(built, {.from = "host", .to = ip("10.1.0.2"), .port = 80});
        for (const model::Step& step : explanation.packets.front().steps) {
            if (step.stage == Stage::neighbour)
                return step.device;
        }
        return {};
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& server = world.netns("server");
    NetnsBuilder& other = world.netns("other");
};

TEST_F(OwnMarkTest, A_chain_of_type_route_that_marks_what_the_host_sends_sends_it_elsewhere)
{
    EXPECT_EQ(leaves_by(rules::ChainType::route, -150), "far");
}

TEST_F(OwnMarkTest, So_does_one_behind_the_translation_of_addresses)
{
    EXPECT_EQ(leaves_by(rules::ChainType::route, 50), "far");
}

TEST_F(OwnMarkTest, A_chain_of_type_filter_does_not)
{
    EXPECT_EQ(leaves_by(rules::ChainType::filter, -150), "near");
}

TEST(AddressType, Is_told_by_the_local_table_alone)
{
    NetnsBuilder host("host", 1);
    host.address("eth0", "10.0.0.1/24").route("192.0.2.0/24", "eth0");
    const Fib fib(host.netns, net::Family::ipv4);
    EXPECT_EQ(fib.address_type(ip("10.0.0.1")), RouteType::local);
    EXPECT_EQ(fib.address_type(ip("10.0.0.255")), RouteType::broadcast);
    EXPECT_EQ(fib.address_type(ip("10.0.0.2")), RouteType::unicast);
    EXPECT_EQ(fib.address_type(ip("192.0.2.1")), RouteType::unicast);
    EXPECT_EQ(fib.address_type(ip("224.0.0.1")), RouteType::multicast);
    EXPECT_EQ(fib.address_type(ip("0.0.0.0")), RouteType::broadcast);
    EXPECT_EQ(fib.address_type(ip("8.8.8.8")), RouteType::unicast);
}

} // namespace
} // namespace onlan::simulate
