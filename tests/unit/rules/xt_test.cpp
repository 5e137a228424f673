#include "unit/rules/world.hpp"

namespace onlan::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool matches(const std::string& words,
             const PacketView& packet,
             net::Family family = net::Family::ipv4,
             const Surroundings& surroundings = FakeSurroundings())
{
    return outcome(forward_chain(words + " -j DROP", family), packet, surroundings).verdict ==
           Verdict::drop;
}

TEST(XtMatch, AddressesArePrefixesMasksAndTheirOpposites)
{
    const Packet packet;
    EXPECT_TRUE(matches("-s 10.1.0.0/16", packet.view));
    EXPECT_FALSE(matches("-s 10.2.0.0/16", packet.view));
    EXPECT_FALSE(matches("! -s 10.1.0.0/16", packet.view));
    EXPECT_TRUE(matches("-d 10.0.0.3/255.0.0.255", packet.view));
    EXPECT_FALSE(matches("-d 10.0.0.4/255.0.0.255", packet.view));
    EXPECT_TRUE(matches("-m iprange --src-range 10.1.0.1-10.1.0.9", packet.view));
}

TEST(XtMatch, DevicesMatchByNameAndBeginning)
{
    const Packet packet;
    EXPECT_TRUE(matches("-i eth0 -o eth+", packet.view));
    EXPECT_FALSE(matches("-i eth", packet.view));
    EXPECT_FALSE(matches("! -o eth1", packet.view));
}

TEST(XtMatch, AGroupIsThatOfTheDeviceUnderAMask)
{
    Packet packet;
    packet.eth0.group = 7;
    EXPECT_TRUE(matches("-m devgroup --src-group 0x7 --dst-group default", packet.view));
    EXPECT_TRUE(matches("-m devgroup --src-group 0x3/0x3", packet.view));
    EXPECT_FALSE(matches("-m devgroup ! --src-group 0x7", packet.view));
    EXPECT_FALSE(matches("-m devgroup --dst-group 0x7", packet.view));
}

TEST(XtMatch, WithoutADeviceOnlyTheOppositeMatches)
{
    Packet packet;
    packet.view.in = nullptr;
    EXPECT_FALSE(matches("-i eth0", packet.view));
    EXPECT_TRUE(matches("! -i eth0", packet.view));
    EXPECT_TRUE(matches("-i +", packet.view));
}

TEST(XtMatch, PortsAreRangesListsAndNames)
{
    const Packet packet;
    EXPECT_TRUE(matches("-p udp -m udp --dport 53 --sport 4000:", packet.view));
    EXPECT_TRUE(matches("-p udp -m udp --dport domain", packet.view));
    EXPECT_FALSE(matches("-p udp -m udp ! --dport 50:60", packet.view));
    EXPECT_FALSE(matches("-p tcp -m tcp --dport 53", packet.view));
    EXPECT_TRUE(matches("-p udp -m multiport --dports 22,50:60", packet.view));
    EXPECT_TRUE(matches("-p udp -m multiport --ports 1,4000", packet.view));
    EXPECT_FALSE(matches("-p udp -m multiport ! --ports 1,4000", packet.view));
}

TEST(XtMatch, ALaterFragmentHasNoPorts)
{
    Packet packet;
    packet.view.later_fragment = true;
    EXPECT_FALSE(matches("-p udp -m udp --dport 53", packet.view));
    EXPECT_FALSE(matches("-p udp -m udp ! --dport 80", packet.view));
    EXPECT_TRUE(matches("-f", packet.view));
    EXPECT_FALSE(matches("! -f", packet.view));
}

TEST(XtMatch, TcpFlagsAreComparedUnderTheirMask)
{
    Packet packet;
    packet.view.protocol = kTcp;
    packet.view.tcp_flags = 2;
    EXPECT_TRUE(matches("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", packet.view));
    EXPECT_TRUE(matches("-p tcp -m tcp --syn", packet.view));
    EXPECT_FALSE(matches("-p tcp -m tcp --tcp-flags ALL NONE", packet.view));
    EXPECT_TRUE(matches("-p tcp -m tcp ! --tcp-flags ALL ALL", packet.view));
}

TEST(XtMatch, IcmpTypesHaveNumbersNamesAndCodes)
{
    Packet packet;
    packet.view.protocol = kIcmp;
    packet.view.icmp_type = 3;
    packet.view.icmp_code = 4;
    EXPECT_TRUE(matches("-p icmp -m icmp --icmp-type 3/4", packet.view));
    EXPECT_TRUE(matches("-p icmp -m icmp --icmp-type fragmentation-needed", packet.view));
    EXPECT_TRUE(matches("-p icmp -m icmp --icmp-type any", packet.view));
    EXPECT_FALSE(matches("-p icmp -m icmp ! --icmp-type 3", packet.view));
    EXPECT_FALSE(matches("-p icmp -m icmp --icmp-type 8", packet.view));
}

TEST(XtMatch, ConntrackWithoutAnEntryLooksAtTheStateOnly)
{
    Packet packet;
    EXPECT_TRUE(matches("-m conntrack --ctstate INVALID", packet.view));
    EXPECT_TRUE(matches("-m conntrack --ctstate INVALID --ctdir REPLY", packet.view));
    EXPECT_FALSE(matches("-m conntrack --ctdir ORIGINAL", packet.view));
    EXPECT_FALSE(matches("-m conntrack --ctstate NEW,RELATED,ESTABLISHED", packet.view));
    packet.view.ct.state = CtState::untracked;
    EXPECT_TRUE(matches("-m state --state UNTRACKED", packet.view));
}

TEST(XtMatch, ConntrackSeesTuplesStatusAndNat)
{
    Packet packet;
    packet.view.ct = {.state = CtState::established,
                      .direction = CtDirection::reply,
                      .status = 0x20 | 2,
                      .original = {.source = ip("1.1.1.1"),
                                   .destination = ip("2.2.2.2"),
                                   .protocol = kTcp,
                                   .source_port = 1000,
                                   .destination_port = 80}};
    EXPECT_TRUE(matches("-m conntrack --ctstate DNAT", packet.view));
    EXPECT_FALSE(matches("-m conntrack --ctstate SNAT", packet.view));
    EXPECT_TRUE(matches("-m conntrack --ctorigdst 2.2.2.0/24 --ctorigdstport 80", packet.view));
    EXPECT_TRUE(matches("-m conntrack --ctdir REPLY --ctproto 6", packet.view));
    EXPECT_TRUE(matches("-m conntrack --ctstatus SEEN_REPLY", packet.view));
    EXPECT_FALSE(matches("-m conntrack ! --ctstatus SEEN_REPLY", packet.view));
}

TEST(XtMatch, MarksAreComparedUnderTheirMask)
{
    Packet packet;
    packet.view.mark = 0x4123;
    EXPECT_TRUE(matches("-m mark --mark 0x4000/0x4000", packet.view));
    EXPECT_FALSE(matches("-m mark ! --mark 0x4000/0x4000", packet.view));
    EXPECT_FALSE(matches("-m connmark ! --mark 0x1", packet.view)); // no connection
}

TEST(XtMatch, PhysdevWithoutBridgeInfoMatchesOnlyInverted)
{
    Packet packet;
    EXPECT_FALSE(matches("-m physdev --physdev-is-bridged", packet.view));
    EXPECT_TRUE(matches("-m physdev ! --physdev-is-bridged", packet.view));
    packet.view.has_bridge_info = true;
    packet.view.physical_in = &packet.eth0;
    EXPECT_TRUE(matches("-m physdev --physdev-in eth0", packet.view));
    EXPECT_TRUE(matches("-m physdev --physdev-is-in", packet.view));
    EXPECT_FALSE(matches("-m physdev --physdev-is-bridged", packet.view));
    EXPECT_FALSE(matches("-m physdev ! --physdev-out eth5", packet.view)); // there is none
}

TEST(XtMatch, AddressTypesComeFromTheLocalTable)
{
    const Packet packet;
    FakeSurroundings host;
    host.local = {packet.view.destination};
    EXPECT_TRUE(matches("-m addrtype --dst-type LOCAL", packet.view, net::Family::ipv4, host));
    EXPECT_FALSE(matches("-m addrtype ! --dst-type LOCAL", packet.view, net::Family::ipv4, host));
    EXPECT_FALSE(matches("-m addrtype --src-type LOCAL", packet.view, net::Family::ipv4, host));
}

TEST(XtMatch, OwnersOfWhatHasNoSocketMatchOnlyInverted)
{
    Packet packet;
    EXPECT_FALSE(matches("-m owner --uid-owner 0", packet.view));
    EXPECT_TRUE(matches("-m owner ! --uid-owner 0", packet.view));
    packet.view.socket_owner = 1000;
    EXPECT_TRUE(matches("-m owner --uid-owner 1000-1001", packet.view));
}

TEST(XtMatch, ASocketIsOneThatListensOnAnAddressUnlessToldOtherwise)
{
    Packet packet;
    packet.view.destination_port = 80;
    FakeSurroundings host;
    const auto holds = [&](const char* words) {
        return matches(words, packet.view, net::Family::ipv4, host);
    };
    EXPECT_FALSE(holds("-m socket"));
    host.listeners = {{80, {.transparent = false, .wildcard = true}}};
    EXPECT_FALSE(holds("-m socket"));
    EXPECT_TRUE(holds("-m socket --nowildcard"));
    EXPECT_FALSE(holds("-m socket --nowildcard --transparent"));
    host.listeners = {{80, {.transparent = true}}};
    EXPECT_TRUE(holds("-m socket --transparent"));
}

TEST(XtTarget, TproxyDropsWhereNoTransparentSocketListens)
{
    const Packet packet;
    const model::Netns rules = forward_chain("-p udp -j TPROXY --on-port 3129 --tproxy-mark 1");
    FakeSurroundings host;
    EXPECT_EQ(outcome(rules, packet.view, host).verdict, Verdict::drop);
    host.listeners = {{3129, {.transparent = false}}};
    EXPECT_EQ(outcome(rules, packet.view, host).verdict, Verdict::drop);
    host.listeners = {{3129, {.transparent = true}}};
    EXPECT_EQ(outcome(rules, packet.view, host).tproxy->port, 3129);
    host.listeners = {{3129, {}}}; // not told: it is what the rule was made for
    EXPECT_EQ(outcome(rules, packet.view, host).packet.mark, 1U);
}

TEST(XtMatch, RpfilterAsksForTheWayBack)
{
    const Packet packet;
    FakeSurroundings host;
    host.routes = {{prefix("10.1.0.0/16"), &packet.eth1}};
    EXPECT_FALSE(matches("-m rpfilter", packet.view, net::Family::ipv4, host));
    EXPECT_TRUE(matches("-m rpfilter --loose", packet.view, net::Family::ipv4, host));
    EXPECT_TRUE(matches("-m rpfilter --invert", packet.view, net::Family::ipv4, host));
}

TEST(XtMatch, SetsAreLookedUpByTheirDimensions)
{
    const Packet packet;
    const auto with_sets = [&](const std::string& words) {
        model::Netns host = forward_chain(words + " -j DROP");
        host.ipsets = {
            {.name = "nets",
             .type = "hash:net",
             .elements = {{"10.1.0.0/16"}, {"10.1.0.0/24", "nomatch"}, {"10.1.0.2"}}},
            {.name = "services", .type = "hash:ip,port", .elements = {{"10.2.0.3,udp:53"}}},
            {.name = "ports", .type = "bitmap:port", .elements = {{"50-60"}}},
            {.name = "all", .type = "list:set", .elements = {{"nets"}}}};
        return outcome(host, packet.view).verdict == Verdict::drop;
    };
    EXPECT_TRUE(with_sets("-m set --match-set nets src"));
    EXPECT_FALSE(with_sets("-m set --match-set nets dst"));
    EXPECT_FALSE(with_sets("-m set ! --match-set nets src"));
    EXPECT_TRUE(with_sets("-m set --match-set services dst,dst"));
    EXPECT_TRUE(with_sets("-m set --match-set ports dst"));
    EXPECT_TRUE(with_sets("-m set --match-set all src"));
}

TEST(XtTarget, NatSaysWhatIsAskedOfIt)
{
    Packet packet;
    const auto asked = [&](const std::string& words) {
        return outcome(host_with(iptables_save(
                           "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j " + words)),
                       packet.view)
            .nat;
    };
    EXPECT_EQ(asked("DNAT --to-destination 10.0.0.9:80-90"), (Nat{.kind = NatKind::destination,
                                                                  .first_address = ip("10.0.0.9"),
                                                                  .last_address = ip("10.0.0.9"),
                                                                  .first_port = 80,
                                                                  .last_port = 90}));
    EXPECT_EQ(
        asked("REDIRECT --to-ports 5353 --random"),
        (Nat{.kind = NatKind::redirect, .first_port = 5353, .last_port = 5353, .random = true}));
    EXPECT_EQ(asked("NETMAP --to 10.9.0.0/24"), (Nat{.kind = NatKind::netmap_destination,
                                                     .first_address = ip("10.9.0.0"),
                                                     .last_address = ip("10.9.0.255")}));
    EXPECT_EQ(asked("DNAT --to-destination 10.0.0.9-10.0.0.12 --persistent"),
              (Nat{.kind = NatKind::destination,
                   .first_address = ip("10.0.0.9"),
                   .last_address = ip("10.0.0.12"),
                   .persistent = true}));
}

TEST(XtTarget, RejectHasADefaultAndNames)
{
    const Packet packet;
    EXPECT_EQ(outcome(forward_chain("-j REJECT"), packet.view).reject,
              (Reject{.type = 3, .code = 3}));
    EXPECT_EQ(
        outcome(forward_chain("-j REJECT --reject-with icmp-admin-prohibited"), packet.view).reject,
        (Reject{.type = 3, .code = 13}));
    EXPECT_EQ(outcome(forward_chain("-j REJECT --reject-with tcp-reset"), packet.view).reject->kind,
              RejectKind::tcp_reset);
}

TEST(XtTarget, MarksAreWrittenUnderTheirMask)
{
    Packet packet;
    packet.view.mark = 0xF0;
    EXPECT_EQ(outcome(forward_chain("-j MARK --set-xmark 0x1/0xff"), packet.view).packet.mark, 1U);
    EXPECT_EQ(outcome(forward_chain("-j MARK --or-mark 0x1"), packet.view).packet.mark, 0xF1U);
    EXPECT_EQ(outcome(forward_chain("-j MARK --and-mark 0x10"), packet.view).packet.mark, 0x10U);
    packet.view.ct.state = CtState::new_;
    packet.view.ct.mark = 7;
    EXPECT_EQ(outcome(forward_chain("-j CONNMARK --save-mark"), packet.view).packet.ct.mark, 0xF0U);
    EXPECT_EQ(
        outcome(forward_chain("-j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xf"), packet.view)
            .packet.mark,
        0xF7U);
}

TEST(XtTarget, LaterRulesSeeWhatEarlierOnesWrote)
{
    const Packet packet;
    EXPECT_EQ(
        outcome(forward_chain("-j MARK --set-xmark 0x1\n-m mark --mark 0x1 -j DROP"), packet.view)
            .verdict,
        Verdict::drop);
}

TEST(XtTarget, HeadersAreChanged)
{
    const Packet packet;
    EXPECT_EQ(outcome(forward_chain("-j TTL --ttl-dec 70"), packet.view).packet.ttl, 0);
    EXPECT_EQ(outcome(forward_chain("-j TTL --ttl-inc 1"), packet.view).packet.ttl, 65);
    EXPECT_EQ(outcome(forward_chain("-j DSCP --set-dscp 0x2e"), packet.view).packet.tos, 0xB8);
    EXPECT_EQ(outcome(forward_chain("-j CLASSIFY --set-class 1:10"), packet.view).packet.priority,
              0x10010U);
}

TEST(XtTarget, NotrackIsSeenAtOnce)
{
    const Packet packet;
    const ChainOutcome end = outcome(
        forward_chain("-j CT --notrack\n-m conntrack --ctstate UNTRACKED -j DROP"), packet.view);
    EXPECT_TRUE(end.notrack);
    EXPECT_EQ(end.verdict, Verdict::drop);
}

TEST(XtTarget, OfTwoTemplatesForConntrackTheFirstStays)
{
    const Packet packet;
    const auto zones =
        outcome(forward_chain("-j CT --zone-orig 3\n-j CT --zone 5\n-j CT --notrack"), packet.view);
    EXPECT_EQ(zones.zone, (CtZone{.original = 3}));
    EXPECT_FALSE(zones.notrack);
    const auto untracked = outcome(forward_chain("-j CT --notrack\n-j CT --zone 5"), packet.view);
    EXPECT_TRUE(untracked.notrack);
    EXPECT_FALSE(untracked.zone);
}

TEST(XtTarget, AZoneMayBeForOneDirection)
{
    const Packet packet;
    const auto zone = [&](const std::string& words) {
        return outcome(forward_chain("-j CT " + words), packet.view).zone;
    };
    EXPECT_EQ(zone("--zone 3"), (CtZone{.original = 3, .reply = 3}));
    EXPECT_EQ(zone("--zone-orig 3"), (CtZone{.original = 3}));
    EXPECT_EQ(zone("--zone-reply 3"), (CtZone{.reply = 3}));
}

TEST(XtChain, JumpComesBackAndGotoDoesNot)
{
    const Packet packet;
    const auto verdict = [&](const std::string& how) {
        return outcome(
                   host_with(iptables_save("*filter\n:FORWARD ACCEPT\n:A -\n:B -\n-A FORWARD -j A\n"
                                           "-A FORWARD -j DROP\n-A A " +
                                           how + " B\n-A A -j ACCEPT")),
                   packet.view)
            .verdict;
    };
    EXPECT_EQ(verdict("-j"), Verdict::accept);
    EXPECT_EQ(verdict("-g"), Verdict::drop);
}

TEST(XtChain, ReturnInABaseChainIsThePolicy)
{
    const Packet packet;
    const ChainOutcome end =
        outcome(host_with(iptables_save(
                    "*filter\n:FORWARD DROP\n-A FORWARD -j RETURN\n-A FORWARD -j ACCEPT")),
                packet.view);
    EXPECT_EQ(end.verdict, Verdict::drop);
    EXPECT_EQ(end.because->text, "-P FORWARD DROP");
    EXPECT_EQ(end.because->number, 0U);
}

TEST(XtChain, ThePathNamesWhatMatched)
{
    const Packet packet;
    const ChainOutcome end =
        outcome(forward_chain("-i eth9 -j DROP\n-i eth0 -j LOG\n-p udp -j DROP"), packet.view);
    ASSERT_EQ(end.path.size(), 2U);
    EXPECT_EQ(end.path[0]->text, "-A FORWARD -i eth0 -j LOG");
    const RuleRef& because = *end.because;
    EXPECT_EQ(because.program, "iptables-legacy");
    EXPECT_EQ(because.table, "filter");
    EXPECT_EQ(because.chain, "FORWARD");
    EXPECT_EQ(because.number, 3U);
    EXPECT_EQ(because.text, "-A FORWARD -p udp -j DROP");
}

TEST(XtChain, WhatIsNotKnownIsListedAndAssumed)
{
    const Packet packet;
    EXPECT_EQ(loaded(forward_chain("-j HMARK --hmark-mod 2")).unknown().size(), 1U);
    const model::Netns host = forward_chain("-m quux --level 3 -j DROP");
    EXPECT_EQ(loaded(host).unknown().size(), 1U);
    EXPECT_EQ(outcomes(host, packet.view).size(), 2U);
}

// What the rules decide of the packet, each way in a word: "accept", "drop".
std::vector<std::string> ways(const model::Netns& host, const PacketView& packet)
{
    std::vector<std::string> words;
    for (const ChainOutcome& end : outcomes(host, packet))
        words.emplace_back(end.verdict == Verdict::drop ? "drop" : "accept");
    std::ranges::sort(words);
    return words;
}

TEST(XtChain, AnActionThatIsNotUnderstoodMayDoAnything)
{
    const Packet packet;
    for (const char* rule : {"-j", "-p udp -j NO-SUCH-CHAIN", "-g NO-SUCH-CHAIN", "nonsense",
                             "-p udp --dport 53 --no-such-option -j ACCEPT"}) {
        const auto ends = outcomes(forward_chain(rule), packet.view);
        ASSERT_EQ(ends.size(), 2U) << rule;
        EXPECT_THAT(ends[1].not_understood, testing::SizeIs(1)) << rule;
    }
    EXPECT_THAT(ways(forward_chain("-p tcp -j NO-SUCH-CHAIN"), packet.view), ElementsAre("accept"));
}

TEST(XtChain, AValueThatIsNotUnderstoodMayHold)
{
    const Packet packet;
    for (const char* rule :
         {"-s x.x.x.x/32 -j DROP", "-s 10.0.0.0/40 -j DROP", "-s example.com -j DROP",
          "-m mac --mac-source XX:XX:XX:XX:XX:XX -j DROP", "-p udp --dport XXXX -j DROP",
          "-p quux -j DROP", "! -s 10.0.0.0/8,10.1.0.0/16 -j DROP"})
        EXPECT_THAT(ways(forward_chain(rule), packet.view), ElementsAre("accept", "drop")) << rule;
    EXPECT_THAT(ways(forward_chain("-s x.x.x.x/32 -p tcp -j DROP"), packet.view),
                ElementsAre("accept"));
}

// The packet is UDP from 10.1.0.2:4000 to 10.2.0.3:53.
TEST(XtChain, RulesAreReadAsIptablesReadsThem)
{
    const Packet packet;
    for (const char* rule :
         {"-p udp --dport 53 -j DROP", "-p udp --dport domain -j DROP", "-p UDP --dp 53 -j DROP",
          "--protocol udp --source 10.1/16 --jump DROP",
          "-p udp -m state --state INVALID --dport 53 -j DROP", "-s ! 10.3.0.0/16 -j DROP",
          "-p udp --dport ! 54 -j DROP", "-p ! tcp -j DROP", "-i ! eth1 -j DROP",
          "-s 10.1.0.0/255.255.0.0 -j DROP", "-d 10.0.0.3/255.0.0.255 -j DROP",
          "-p udp -m multiport --dport 53,54 -j DROP", "-p all -j DROP", "-p 17 -j DROP",
          "-p udp --source-port 4000 --destination-port 53 -j DROP",
          "--src 10.1.0.2 --dst 10.2.0.3 -j DROP",
          "-m conntrack ! --ctstate NEW,ESTABLISHED -j DROP"})
        EXPECT_THAT(ways(forward_chain(rule), packet.view), ElementsAre("drop")) << rule;
    for (const char* rule :
         {"-p udp --dport 54 -j DROP", "-p udp --dport ! 53 -j DROP", "-s ! 10.1.0.0/16 -j DROP",
          "-p ! udp -j DROP", "-p tcp --dport 53 -j DROP",
          "-p udp -m state --state NEW --dport 53 -j DROP", "-p ipv4 -j DROP",
          "-i eth0 --dst 10.9/16 -j DROP"})
        EXPECT_THAT(ways(forward_chain(rule), packet.view), ElementsAre("accept")) << rule;
}

TEST(XtChain, APacketFindsWhatItsFlowHasPutIntoAList)
{
    Packet packet;
    for (const char* rules :
         {"-m recent --set --name x\n-m recent --rcheck --name x -j DROP",
          "-m recent --set --name x\n-m recent --update --seconds 9 --hitcount 1 --name x -j DROP"})
        EXPECT_THAT(ways(forward_chain(rules), packet.view), ElementsAre("drop")) << rules;
    for (const char* rules :
         {"-m recent --set --name x\n-m recent --rcheck --name y -j DROP",
          "-m recent --set --name x\n-m recent --rcheck --rdest --name x -j DROP",
          "-m recent --set --name x\n-m recent --remove --name x\n-m recent --rcheck --name x -j "
          "DROP",
          "-m recent --set --name x\n-m recent --update --hitcount 4 --name x -j DROP"})
        EXPECT_THAT(ways(forward_chain(rules), packet.view), ElementsAre("accept")) << rules;
}

TEST(XtChain, TargetsTakeOptionsThatAreCutShort)
{
    const Packet packet;
    model::Netns host = host_with(
        iptables_save("*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j DNAT --to 10.9.0.1:54\n"));
    const RuleSet rules = loaded(host);
    ASSERT_THAT(rules.unknown(), testing::IsEmpty());
    const auto ends = rules.evaluate(rules.base_chains().front(), packet.view, FakeSurroundings());
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].nat.value_or(Nat{}).first_port, 54);
}

TEST(Conntrack, IsNeededByRulesThatAskForIt)
{
    EXPECT_FALSE(loaded(forward_chain("-p tcp -j ACCEPT")).needs_conntrack(net::Family::ipv4));
    EXPECT_FALSE(loaded(forward_chain("-j CT --notrack")).needs_conntrack(net::Family::ipv4));
    EXPECT_TRUE(loaded(forward_chain("-m state --state NEW")).needs_conntrack(net::Family::ipv4));
    EXPECT_FALSE(loaded(forward_chain("-m state --state NEW")).needs_conntrack(net::Family::ipv6));
}

} // namespace
} // namespace onlan::rules
