// Address translation: net/netfilter/nf_nat_core.c, nf_nat_masquerade.c, nf_nat_redirect.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using rules::Hook;
using rules::Nat;
using rules::NatKind;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// The search for a tuple that nobody else has: get_unique_tuple().
class UniqueTupleTest : public testing::Test {
protected:
    // An entry that is in the table already.
    void taken(const Ip& packet, const std::string& seen_as, std::uint16_t port)
    {
        model::Conntrack entry{.original = tuple_of(packet), .status = kConfirmed | kSourceNatDone};
        entry.reply = inverted(entry.original);
        entry.reply.destination = ip(seen_as);
        entry.reply.destination_port = port;
        host.netns.conntrack.push_back(entry);
    }
    UniqueTuple find(const Ip& packet, const NatRange& range, Manip manip = Manip::source)
    {
        built_ = std::make_unique<World>(world.build(kernel));
        sent_ = std::make_unique<Sent>(*built_);
        Connection connection{.netns = built_->find("host")};
        connection.entry.original = tuple_of(packet);
        connection.entry.reply = inverted(connection.entry.original);
        return unique_tuple(sent_->run(), connection, range, manip);
    }
    static NatRange to(const std::string& address)
    {
        return {.first = ip(address), .last = ip(address)};
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    Kernel kernel;

private:
    std::unique_ptr<World> built_;
    std::unique_ptr<Sent> sent_;
};

TEST_F(UniqueTupleTest, A_source_port_stays_while_it_is_free)
{
    const UniqueTuple found = find(datagram("10.0.0.1", 4000, "192.0.2.9", 53), to("203.0.113.5"));
    EXPECT_EQ(found.tuple, tuple_of(datagram("203.0.113.5", 4000, "192.0.2.9", 53)));
    EXPECT_FALSE(found.random);
}

TEST_F(UniqueTupleTest, A_taken_source_port_moves_within_its_class)
{
    for (const auto& [port, range] : {std::pair<std::uint16_t, model::PortRange>{80, {1, 511}},
                                      {511, {1, 511}},
                                      {512, {600, 1023}},
                                      {1023, {600, 1023}},
                                      {1024, {1024, 65535}}}) {
        host.netns.conntrack.clear();
        taken(datagram("10.0.0.2", port, "192.0.2.9", 53), "203.0.113.5", port);
        const UniqueTuple found =
            find(datagram("10.0.0.1", port, "192.0.2.9", 53), to("203.0.113.5"));
        EXPECT_EQ(found.random, range) << port;
        EXPECT_TRUE(found.collision) << port;
    }
}

TEST_F(UniqueTupleTest, A_taken_identifier_of_a_ping_may_become_any_other)
{
    taken(ping("10.0.0.2", "192.0.2.9"), "203.0.113.5", 0);
    host.netns.conntrack.back().reply = inverted(tuple_of(ping("203.0.113.5", "192.0.2.9")));
    EXPECT_EQ(find(ping("10.0.0.1", "192.0.2.9"), to("203.0.113.5")).random,
              (model::PortRange{0, 65535}));
}

TEST_F(UniqueTupleTest, One_socket_keeps_its_translated_port_towards_every_destination)
{
    taken(datagram("10.0.0.1", 4000, "192.0.2.8", 53), "203.0.113.5", 2216);
    EXPECT_EQ(find(datagram("10.0.0.1", 4000, "192.0.2.9", 53), to("203.0.113.5")).tuple,
              tuple_of(datagram("203.0.113.5", 2216, "192.0.2.9", 53)));
}

TEST_F(UniqueTupleTest, A_null_binding_moves_a_port_whose_answers_would_be_taken_for_anothers)
{
    // 10.0.0.1:4000 > 10.0.0.9:53 is tracked: an answer to the packet below would be part of it.
    taken(datagram("10.0.0.1", 4000, "10.0.0.9", 53), "10.0.0.1", 4000);
    const UniqueTuple found = find(datagram("10.0.0.9", 53, "10.0.0.1", 4000), to("10.0.0.9"));
    EXPECT_EQ(found.random, (model::PortRange{1, 511}));
}

TEST_F(UniqueTupleTest, A_destination_port_never_changes_by_itself)
{
    taken(datagram("10.0.0.1", 4000, "10.0.0.7", 53), "10.0.0.1", 4000);
    const UniqueTuple found =
        find(datagram("10.0.0.1", 4000, "10.0.0.9", 53), to("10.0.0.7"), Manip::destination);
    EXPECT_EQ(found.tuple.destination_port, 53);
}

TEST_F(UniqueTupleTest, Of_a_range_of_destination_ports_the_lowest_is_taken)
{
    NatRange range = to("10.0.0.7");
    range.first_port = 8000;
    range.last_port = 8010;
    EXPECT_EQ(find(datagram("10.0.0.1", 4000, "10.0.0.9", 53), range, Manip::destination)
                  .tuple.destination_port,
              8000);
}

TEST_F(UniqueTupleTest, Of_a_range_of_destination_ports_an_old_kernel_takes_a_random_one)
{
    kernel = kernel_of("6.1.0-40-amd64");
    NatRange range = to("10.0.0.7");
    range.first_port = 8000;
    range.last_port = 8010;
    EXPECT_EQ(find(datagram("10.0.0.1", 4000, "10.0.0.9", 53), range, Manip::destination).random,
              (model::PortRange{8000, 8010}));
}

TEST_F(UniqueTupleTest, A_single_source_port_is_not_checked)
{
    taken(datagram("10.0.0.2", 5000, "192.0.2.9", 53), "203.0.113.5", 600);
    NatRange range = to("203.0.113.5");
    range.first_port = range.last_port = 600;
    EXPECT_EQ(find(datagram("10.0.0.1", 4000, "192.0.2.9", 53), range).tuple.source_port, 600);
}

// A router with a client on one side and a server on the other.
class NatTest : public testing::Test {
protected:
    NatTest()
    {
        world.cable(client, "eth0", router, "left").cable(server, "eth0", router, "right");
        client.address("eth0", "10.1.0.2/24").route("0.0.0.0/0", "eth0", "10.1.0.1");
        server.address("eth0", "10.2.0.2/24").route("0.0.0.0/0", "eth0", "10.2.0.1");
        server.listen(kTcp, 80).listen(kUdp, 80);
        router.address("left", "10.1.0.1/24").address("right", "10.2.0.1/24").forwarding();
    }
    void nat(Hook hook, Nat nat)
    {
        world.rules("router").nat(
            hook, hook == Hook::postrouting ? "POSTROUTING" : "PREROUTING",
            [nat](const rules::PacketView& packet, const rules::Surroundings&) {
                const bool first = packet.source_port == 40000;
                return first ? translate(packet, nat, "-j NAT") : accept(packet);
            });
    }
    model::Explanation ask(const std::string& address, std::uint16_t port, std::uint8_t protocol)
    {
        built_ = std::make_unique<World>(world.build());
        return explain(*built_,
                       {.from = "client", .to = ip(address), .protocol = protocol, .port = port});
    }
    // What steps at the router say of conntrack entries.
    static std::vector<std::string> entries(const model::Explanation& explanation)
    {
        std::vector<std::string> texts;
        for (const model::TracedPacket& packet : explanation.packets) {
            for (const model::Step& step : packet.steps) {
                const auto* entry = std::get_if<model::ByEntry>(&step.because);
                if (entry != nullptr && entry->table == model::ByEntry::Table::conntrack)
                    texts.push_back(entry->text);
            }
        }
        return texts;
    }
    // What the server got.
    static std::string received(const model::Explanation& explanation)
    {
        for (const model::TracedPacket& packet : explanation.packets) {
            for (const model::Step& step : packet.steps) {
                if (step.netns == "server" && step.stage == Stage::socket)
                    return step.packet.source.to_string() + " > " +
                           step.packet.destination.to_string();
            }
        }
        return "nothing";
    }

    WorldBuilder world;
    NetnsBuilder& router = world.netns("router");
    NetnsBuilder& client = world.netns("client");
    NetnsBuilder& server = world.netns("server");
    std::unique_ptr<World> built_;
};

TEST_F(NatTest, DNAT_is_undone_on_the_answer)
{
    nat(Hook::prerouting, {.kind = NatKind::destination,
                           .first_address = ip("10.2.0.2"),
                           .first_port = std::uint16_t{80}});
    const auto explanation = ask("10.1.0.1", 8080, kTcp);
    EXPECT_EQ(explanation.outcome, model::Outcome::delivered);
    EXPECT_EQ(received(explanation), "10.1.0.2 > 10.2.0.2");
}

TEST_F(NatTest, MASQUERADE_takes_the_address_of_the_output_device)
{
    nat(Hook::postrouting, {.kind = NatKind::masquerade});
    const auto explanation = ask("10.2.0.2", 80, kTcp);
    EXPECT_EQ(explanation.outcome, model::Outcome::delivered);
    EXPECT_EQ(received(explanation), "10.2.0.1 > 10.2.0.2");
}

TEST_F(NatTest, A_port_that_is_drawn_at_random_is_told_as_its_range_in_entries_too)
{
    nat(Hook::postrouting, {.kind = NatKind::masquerade, .random = true});
    const auto told = entries(ask("10.2.0.2", 80, kTcp));
    EXPECT_THAT(told, Contains(HasSubstr("src=10.2.0.2 dst=10.2.0.1 sport=80 dport=1024-65535")));
    EXPECT_THAT(told, Not(Contains(HasSubstr("=65535"))));
}

TEST_F(NatTest, REDIRECT_goes_to_the_first_address_of_the_input_device)
{
    nat(Hook::prerouting, {.kind = NatKind::redirect, .first_port = std::uint16_t{5353}});
    router.listen(kUdp, 5353, "10.1.0.1");
    EXPECT_EQ(ask("10.2.0.2", 53, kUdp).outcome, model::Outcome::delivered);
}

TEST_F(NatTest, An_error_about_a_translated_flow_comes_from_where_the_client_sent_it_to)
{
    nat(Hook::prerouting, {.kind = NatKind::destination,
                           .first_address = ip("10.2.0.2"),
                           .first_port = std::uint16_t{81}});
    const auto explanation = ask("10.1.0.1", 8080, kUdp);
    EXPECT_EQ(explanation.outcome, model::Outcome::refused);
}

TEST_F(NatTest, An_entry_without_rules_goes_on_translating)
{
    model::Conntrack entry{.original = tuple_of(datagram("10.1.0.2", 40000, "10.1.0.1", 8080)),
                           .status = kConfirmed | kSeenReply | kDestinationNat |
                                     kDestinationNatDone | kSourceNatDone};
    entry.reply = tuple_of(datagram("10.2.0.2", 80, "10.1.0.2", 40000));
    router.netns.conntrack.push_back(entry);
    world.rules("router").nat(
        Hook::prerouting, "PREROUTING",
        [](const rules::PacketView& packet, const rules::Surroundings&) { return accept(packet); });
    EXPECT_EQ(ask("10.1.0.1", 8080, kUdp).outcome, model::Outcome::delivered);
}

TEST_F(NatTest, Only_an_error_of_a_masqueraded_connection_may_leave_by_another_device)
{
    const World built = world.build();
    Sent sent(built);
    const Namespace& netns = *built.find("router");
    Connection connection{.netns = &netns};
    connection.masquerade_link = netns.find("left")->link->index;
    connection.entry.original = tuple_of(datagram("10.1.0.2", 40000, "10.2.0.2", 81));
    connection.entry.reply = tuple_of(datagram("10.2.0.2", 81, "10.1.0.1", 40000));
    connection.entry.status = kConfirmed | kSourceNat | kSourceNatDone | kDestinationNatDone;
    const Device& right = *netns.find("right");
    const HookCall leave{.hook = Hook::postrouting, .out = &right, .at = &right};

    Packet error{.ip = ping("10.1.0.2", "10.2.0.2")};
    error.ip.icmp_type = 3;
    error.ip.inner = connection.entry.reply;
    error.ct = {.state = rules::CtState::related, .connection = &connection};
    EXPECT_TRUE(nat_hook(sent.run(), error, leave));
    Packet data{.ip = datagram("10.1.0.2", 40000, "10.2.0.2", 81)};
    data.ct = {.state = rules::CtState::established, .connection = &connection};
    EXPECT_FALSE(nat_hook(sent.run(), data, leave));
}

TEST_F(NatTest, What_is_not_tracked_is_not_translated)
{
    nat(Hook::prerouting, {.kind = NatKind::destination, .first_address = ip("10.2.0.2")});
    world.rules("router").chain(rules::HookFamily::ipv4, Hook::prerouting, -300, "raw",
                                [](const rules::PacketView& packet, const rules::Surroundings&) {
                                    return notrack(packet);
                                });
    EXPECT_EQ(ask("10.1.0.1", 80, kTcp).outcome, model::Outcome::refused)
        << "the router itself has no such port";
}

TEST_F(NatTest, Without_route_localnet_nothing_from_127_0_0_1_leaves_by_a_rule_of_OUTPUT)
{
    nat(Hook::output, {.kind = NatKind::destination,
                       .first_address = ip("10.2.0.2"),
                       .first_port = std::uint16_t{80}});
    world.rules("router").nat(Hook::postrouting, "masquerade",
                              [](const rules::PacketView& packet, const rules::Surroundings&) {
                                  return translate(packet, {.kind = NatKind::masquerade},
                                                   "-j MASQUERADE");
                              });
    const auto from_host = [&] {
        built_ = std::make_unique<World>(world.build());
        return explain(*built_,
                       {.from = "router", .to = ip("127.0.0.1"), .protocol = kTcp, .port = 8000});
    };
    const auto explanation = from_host();
    EXPECT_EQ(explanation.outcome, model::Outcome::timeout);
    EXPECT_EQ(explanation.cause.kind, model::CauseKind::route_localnet);
    EXPECT_EQ(received(explanation), "nothing");
    router.sysctl("net.ipv4.conf.right.route_localnet", 1);
    EXPECT_EQ(received(from_host()), "10.2.0.1 > 10.2.0.2");
}

TEST_F(NatTest, A_chain_that_translates_nothing_leaves_it_to_the_next)
{
    world.rules("router").nat(
        Hook::prerouting, "first",
        [](const rules::PacketView& packet, const rules::Surroundings&) { return accept(packet); });
    nat(Hook::prerouting, {.kind = NatKind::destination,
                           .first_address = ip("10.2.0.2"),
                           .first_port = std::uint16_t{80}});
    EXPECT_EQ(ask("10.1.0.1", 8080, kTcp).outcome, model::Outcome::delivered);
}

} // namespace
} // namespace onlan::simulate
