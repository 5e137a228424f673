#include "unit/rules/world.hpp"

namespace onlan::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string match(const std::string& left, const std::string& op, const std::string& right)
{
    return R"({"match": {"op": ")" + op + R"(", "left": )" + left + R"(, "right": )" + right + "}}";
}

bool matches(const std::string& statements,
             const PacketView& packet,
             const std::string& more = {},
             const std::string& family = "ip")
{
    return outcome(nft_chain("[" + statements + R"(, {"drop": null}])", more, family), packet)
               .verdict == Verdict::drop;
}

const std::string kDport = R"({"payload": {"protocol": "udp", "field": "dport"}})";
const std::string kTcpDport = R"({"payload": {"protocol": "tcp", "field": "dport"}})";
const std::string kSaddr = R"({"payload": {"protocol": "ip", "field": "saddr"}})";
const std::string kIifname = R"({"meta": {"key": "iifname"}})";
const std::string kState = R"({"ct": {"key": "state"}})";

TEST(NftMatch, ComparesWithAllOperators)
{
    const Packet packet;
    EXPECT_TRUE(matches(match(kDport, "==", "53"), packet.view));
    EXPECT_FALSE(matches(match(kDport, "!=", "53"), packet.view));
    EXPECT_FALSE(matches(match(kDport, "<", "53"), packet.view));
    EXPECT_TRUE(matches(match(kDport, "<=", "53"), packet.view));
    EXPECT_FALSE(matches(match(kDport, ">", "53"), packet.view));
    EXPECT_TRUE(matches(match(kDport, ">=", "53"), packet.view));
    EXPECT_TRUE(matches(match(kDport, "==", R"({"range": [50, 60]})"), packet.view));
    EXPECT_TRUE(matches(match(kDport, "==", R"({"set": [22, {"range": [50, 60]}]})"), packet.view));
    EXPECT_TRUE(matches(match(kSaddr, "==", R"({"prefix": {"addr": "10.1.0.0", "len": 16}})"),
                        packet.view));
}

TEST(NftMatch, AFieldThePacketDoesNotHaveEndsTheRule)
{
    const Packet packet;
    EXPECT_FALSE(matches(match(kTcpDport, "==", "53"), packet.view));
    EXPECT_FALSE(matches(match(kTcpDport, "!=", "80"), packet.view));
    EXPECT_FALSE(
        matches(match(R"({"payload": {"protocol": "ip6", "field": "saddr"}})", "!=", R"("::1")"),
                packet.view, {}, "inet"));
}

TEST(NftMatch, WithoutADeviceTheNameIsEmptyAndTheTypeMissing)
{
    Packet packet;
    packet.view.in = nullptr;
    EXPECT_FALSE(matches(match(kIifname, "==", R"("eth0")"), packet.view));
    EXPECT_TRUE(matches(match(kIifname, "!=", R"("eth0")"), packet.view));
    EXPECT_TRUE(matches(match(R"({"meta": {"key": "iif"}})", "==", "0"), packet.view));
    EXPECT_FALSE(
        matches(match(R"({"meta": {"key": "iiftype"}})", "!=", R"("loopback")"), packet.view));
    EXPECT_FALSE(matches(R"({"vmap": {"key": {"meta": {"key": "iifname"}},
                            "data": {"set": [["eth0", {"drop": null}]]}}}, {"accept": null})",
                         packet.view));
}

TEST(NftMatch, FlagsMatchByAnyBit)
{
    Packet packet;
    packet.view.ct.state = CtState::established;
    EXPECT_TRUE(matches(match(kState, "in", R"(["established", "related"])"), packet.view));
    EXPECT_FALSE(matches(match(kState, "in", R"("new")"), packet.view));
    EXPECT_TRUE(
        matches(match(kState, "==", R"({"set": ["established", "related"]})"), packet.view));
    packet.view.protocol = kTcp;
    packet.view.tcp_flags = 2;
    const std::string flags = R"({"payload": {"protocol": "tcp", "field": "flags"}})";
    EXPECT_TRUE(matches(
        match(R"({"&": [)" + flags + R"(, ["fin", "syn", "rst", "ack"]]})", "==", R"("syn")"),
        packet.view));
    EXPECT_TRUE(matches(match(R"({"&": [)" + flags + R"(, {"|": ["fin", {"|": ["syn", "ack"]}]}]})",
                              "==", R"("syn")"),
                        packet.view));
}

TEST(NftMatch, NamedSetsHoldConcatenationsAndIntervals)
{
    const Packet packet;
    const std::string sets = R"(,
        {"set": {"family": "ip", "name": "s", "table": "t", "handle": 4, "flags": ["interval"],
                 "type": ["ipv4_addr", "inet_proto", "inet_service"],
                 "elem": [{"concat": [{"prefix": {"addr": "10.1.0.0", "len": 16}}, "udp", 53]}]}},
        {"set": {"family": "ip", "name": "d", "table": "t", "handle": 5, "flags": ["dynamic"],
                 "type": "ipv4_addr"}})";
    const std::string key =
        R"({"concat": [{"payload": {"protocol": "ip", "field": "saddr"}},
                       {"meta": {"key": "l4proto"}}, {"payload": {"protocol": "th", "field": "dport"}}]})";
    EXPECT_TRUE(matches(match(key, "==", R"("@s")"), packet.view, sets));
    EXPECT_FALSE(matches(match(key, "!=", R"("@s")"), packet.view, sets));
    EXPECT_THAT(
        outcomes(nft_chain("[" + match(kSaddr, "==", R"("@d")") + R"(, {"drop": null}])", sets),
                 packet.view),
        SizeIs(2));
}

TEST(NftMatch, ARouteBackIsThereOrMissing)
{
    const Packet packet;
    const std::string fib = R"({"fib": {"result": "oif", "flags": ["saddr", "iif"]}})";
    EXPECT_TRUE(matches(match(fib, "==", "false"), packet.view));
    FakeSurroundings host;
    host.routes = {{prefix("10.1.0.0/16"), &packet.eth0}};
    const model::Netns rules = nft_chain("[" + match(fib, "==", "true") + R"(, {"drop": null}])");
    EXPECT_EQ(outcome(rules, packet.view, host).verdict, Verdict::drop);
    host.routes = {{prefix("10.1.0.0/16"), &packet.eth1}};
    EXPECT_EQ(outcome(rules, packet.view, host).verdict, Verdict::accept);
}

TEST(NftMatch, TheHourIsNotKnown)
{
    const Packet packet;
    EXPECT_THAT(outcomes(nft_chain("[" +
                                   match(R"({"meta": {"key": "hour"}})",
                                         "==", R"({"range": ["08:00", "17:00"]})") +
                                   R"(, {"drop": null}])"),
                         packet.view),
                SizeIs(2));
}

TEST(NftMatch, WildcardNamesAreIntervals)
{
    const Packet packet;
    EXPECT_TRUE(matches(match(kIifname, "==", R"("eth*")"), packet.view));
    EXPECT_FALSE(matches(match(kIifname, "==", R"("eth\\*")"), packet.view));
    EXPECT_TRUE(matches(match(kIifname, "==", R"({"set": ["lo", "et*"]})"), packet.view));
}

TEST(NftStatement, VerdictMapsJumpAndComeBack)
{
    const Packet packet;
    const std::string rule_of_other = R"(,
        {"rule": {"family": "ip", "table": "t", "chain": "other", "handle": 9,
                  "expr": [{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 5}}]}})";
    const ChainOutcome end = outcome(nft_chain(R"([{"vmap": {"key": {"meta": {"key": "iifname"}},
                       "data": {"set": [["eth0", {"jump": {"target": "other"}}]]}}}],
                     [{"drop": null}])",
                                               rule_of_other),
                                     packet.view);
    EXPECT_EQ(end.packet.mark, 5U);
    EXPECT_EQ(end.verdict, Verdict::drop);
    EXPECT_EQ(end.path.size(), 3U);
}

TEST(NftStatement, MarksAreComputed)
{
    Packet packet;
    packet.view.mark = 0x12;
    const auto mark_after = [&](const std::string& value) {
        return outcome(nft_chain(R"([{"mangle": {"key": {"meta": {"key": "mark"}}, "value": )" +
                                 value + "}}]"),
                       packet.view)
            .packet.mark;
    };
    EXPECT_EQ(mark_after("7"), 7U);
    EXPECT_EQ(mark_after(R"({"|": [{"&": [{"meta": {"key": "mark"}}, 240]}, 1]})"), 0x11U);
    EXPECT_EQ(mark_after(R"({"map": {"key": )" + kDport + R"(, "data": {"set": [[53, 9]]}}})"), 9U);
    EXPECT_EQ(mark_after(R"({"map": {"key": )" + kDport + R"(, "data": {"set": [[54, 9]]}}})"),
              0x12U);
}

TEST(NftStatement, AHeaderThatIsNotThereIsNotWritten)
{
    const Packet packet;
    EXPECT_EQ(
        outcome(
            nft_chain(R"([{"mangle": {"key": {"payload": {"protocol": "ip6", "field": "hoplimit"}},
                                    "value": 1}}])",
                      {}, "inet"),
            packet.view)
            .packet.ttl,
        64);
}

TEST(NftStatement, NatSaysWhatIsAskedOfIt)
{
    const Packet packet;
    EXPECT_EQ(
        outcome(nft_chain(R"([{"dnat": {"addr": "10.0.0.9", "port": 80}}])"), packet.view).nat,
        (Nat{.kind = NatKind::destination,
             .first_address = ip("10.0.0.9"),
             .last_address = ip("10.0.0.9"),
             .first_port = 80,
             .last_port = 80}));
    EXPECT_EQ(
        outcome(nft_chain(R"([{"masquerade": {"flags": ["random", "persistent"]}}])"), packet.view)
            .nat,
        (Nat{.kind = NatKind::masquerade, .random = true, .persistent = true}));
    EXPECT_EQ(outcome(nft_chain(R"([{"masquerade": null}])"), packet.view).nat,
              (Nat{.kind = NatKind::masquerade}));
    EXPECT_EQ(
        outcome(nft_chain(R"([{"redirect": {"port": {"range": [80, 90]}}}])"), packet.view).nat,
        (Nat{.kind = NatKind::redirect, .first_port = 80, .last_port = 90}));
    EXPECT_EQ(outcome(nft_chain(R"([{"dnat": {"addr": {"map": {"key": {"concat": [
                  {"payload": {"protocol": "ip", "field": "daddr"}}, {"payload": {"protocol": "udp", "field": "dport"}}]},
                  "data": {"set": [[{"concat": ["10.2.0.3", 53]}, {"concat": ["10.0.0.9", 5353]}]]}}}}}])"),
                      packet.view)
                  .nat,
              (Nat{.kind = NatKind::destination,
                   .first_address = ip("10.0.0.9"),
                   .last_address = ip("10.0.0.9"),
                   .first_port = 5353,
                   .last_port = 5353}));
}

TEST(NftStatement, RejectHasADefaultForEachFamily)
{
    const Packet packet;
    const auto reject = [&](const std::string& words, const std::string& family) {
        return outcome(nft_chain(R"([{"reject": )" + words + "}]", {}, family), packet.view).reject;
    };
    EXPECT_EQ(reject("null", "ip"), (Reject{.type = 3, .code = 3}));
    EXPECT_EQ(reject("null", "inet"), (Reject{.type = 3, .code = 3}));
    EXPECT_EQ(reject(R"({"type": "icmpx", "expr": "admin-prohibited"})", "inet"),
              (Reject{.type = 3, .code = 13}));
    EXPECT_EQ(reject(R"({"type": "icmp", "expr": "host-unreachable"})", "ip"),
              (Reject{.type = 3, .code = 1}));
    EXPECT_EQ(reject(R"({"type": "tcp reset"})", "ip"), std::nullopt); // no TCP: does not match
}

TEST(NftChain, OfInetStandsInBothFamilies)
{
    const RuleSet rules = loaded(nft_chain(R"([{"accept": null}])", {}, "inet"));
    ASSERT_EQ(rules.base_chains().size(), 2U);
    EXPECT_EQ(rules.base_chains()[0].index, rules.base_chains()[1].index);
    EXPECT_NE(rules.base_chains()[0].family, rules.base_chains()[1].family);
}

TEST(NftChain, OfEqualPriorityTheLastRegisteredComesFirst)
{
    model::Netns host = nft_chain(R"([{"accept": null}])");
    auto& objects = host.nftables.objects.edit();
    objects.emplace_back(nlohmann::json::parse(
        R"({"chain": {"family": "ip", "table": "t", "name": "late", "type": "filter", "hook": "forward",
                      "prio": "filter + 0", "policy": "drop"}})"));
    objects.emplace_back(nlohmann::json::parse(
        R"({"chain": {"family": "ip", "table": "t", "name": "early", "type": "filter", "hook": "forward",
                      "prio": "mangle - 5", "policy": "drop"}})"));
    const RuleSet rules = loaded(host);
    ASSERT_EQ(rules.base_chains().size(), 3U);
    EXPECT_EQ(rules.base_chains()[0].policy.chain, "early");
    EXPECT_EQ(rules.base_chains()[0].priority, -155);
    EXPECT_EQ(rules.base_chains()[1].policy.chain, "late");
    EXPECT_EQ(rules.base_chains()[2].policy.chain, "c");
}

// iptables-nft's table stands in both listings.
TEST(NftChain, IptablesOwnTablesAreReadOnceAndFromIptables)
{
    model::Netns host;
    host.nftables = nft_listing(R"({"nftables": [
        {"table": {"family": "ip", "name": "filter"}},
        {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "type": "filter", "hook": "forward",
                   "prio": 0, "policy": "accept"}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 2,
                  "expr": [{"xt": {"type": "match", "name": "physdev"}}, {"counter": null}, {"drop": null}]}}]})");
    model::XtablesRuleset saved = iptables_save("*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-A "
                                                "FORWARD -m physdev --physdev-is-bridged -j DROP");
    saved.backend = model::XtablesBackend::nft;
    const Packet packet;
    {
        SCOPED_TRACE("with iptables-save");
        host.xtables = {saved};
        const RuleSet rules = loaded(host);
        EXPECT_EQ(rules.size(), 1U);
        EXPECT_THAT(rules.unknown(), IsEmpty());
        ASSERT_EQ(rules.base_chains().size(), 1U); // INPUT is not registered
        EXPECT_EQ(rules.base_chains()[0].policy.program, "iptables-nft");
    }
    {
        SCOPED_TRACE("a table of the same name that is not iptables'");
        auto& objects = host.nftables.objects.edit();
        for (auto& [at, kind, member] : {std::tuple{1U, "chain", "name"}, {2U, "rule", "chain"}}) {
            nlohmann::json element = objects.at(at).element();
            element[kind][member] = "forward";
            objects.at(at) = model::NftObject(std::move(element));
        }
        const RuleSet rules = loaded(host);
        EXPECT_THAT(rules.unknown(), SizeIs(1));
        EXPECT_EQ(rules.base_chains()[0].policy.program, "nft");
    }
}

TEST(NftChain, ARuleOfIptablesHasTheHandleThatNftShowsInItsPlace)
{
    model::Netns host;
    host.nftables = nft_listing(R"({"nftables": [
        {"table": {"family": "ip", "name": "filter"}},
        {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "type": "filter", "hook": "forward",
                   "prio": 0, "policy": "accept"}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 4, "expr": []}},
        {"rule": {"family": "ip", "table": "filter", "chain": "OTHER", "handle": 9, "expr": []}},
        {"rule": {"family": "ip6", "table": "filter", "chain": "FORWARD", "handle": 8, "expr": []}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 3, "expr": []}}]})");
    const auto handle = [&](const std::string& rules) {
        host.xtables = {iptables_save("*filter\n:FORWARD ACCEPT\n:OTHER -\n" + rules,
                                      net::Family::ipv4, model::XtablesBackend::nft)};
        return outcome(host, Packet().view).because->handle;
    };
    EXPECT_EQ(handle("-A FORWARD -p tcp -j DROP\n-A FORWARD -p udp -j DROP"), 3U);
    // The chain has changed between the two listings.
    EXPECT_EQ(handle("-A FORWARD -p udp -j DROP"), 0U);
}

TEST(NftMatch, AGroupIsThatOfTheDevice)
{
    Packet packet;
    packet.eth0.group = 7;
    const auto verdict = [&](const std::string& key, const std::string& group) {
        return outcome(nft_chain("[" +
                                 match(R"({"meta": {"key": ")" + key + R"("}})", "==", group) +
                                 R"(, {"drop": null}])"),
                       packet.view)
            .verdict;
    };
    EXPECT_EQ(verdict("iifgroup", "7"), Verdict::drop);
    EXPECT_EQ(verdict("iifgroup", R"("default")"), Verdict::accept);
    EXPECT_EQ(verdict("oifgroup", R"("default")"), Verdict::drop);
    packet.view.out = nullptr;
    EXPECT_EQ(verdict("oifgroup", R"("default")"), Verdict::accept);
}

TEST(NftText, IsWhatNftWouldShow)
{
    const Packet packet;
    const auto text = [&](const std::string& expressions) {
        return outcome(nft_chain("[" + expressions + R"(, {"drop": null}])"), packet.view)
            .because->text;
    };
    EXPECT_EQ(text(match(kIifname, "!=", R"("eth5")") + "," + match(kDport, "==", "53") +
                   R"(, {"counter": {"packets": 1, "bytes": 2}})"),
              R"(iifname != "eth5" udp dport 53 counter drop)");
    EXPECT_EQ(text(match(kSaddr, "==", R"({"set": [{"prefix": {"addr": "10.0.0.0", "len": 8}}]})") +
                   "," + match(kState, "in", R"(["invalid", "new"])")),
              "ip saddr { 10.0.0.0/8 } ct state invalid,new drop");
}

TEST(NftSets, HaveWhatTheSameFlowHasPutInto)
{
    const std::string set = R"(, {"set": {"family": "ip", "table": "t", "name": "seen",
                                          "type": "ipv4_addr", "flags": ["timeout"]}})";
    const std::string add = R"([{"set": {"op": "add", "elem": {"payload": {"protocol": "ip",
                                 "field": "saddr"}}, "set": "@seen"}}], )";
    const std::string drop = "[" + match(kSaddr, "==", R"("@seen")") + R"(, {"drop": null}])";
    Packet packet;
    EXPECT_EQ(outcome(nft_chain(add + drop, set), packet.view).verdict, Verdict::drop);
    EXPECT_EQ(outcome(nft_chain(drop, set), packet.view).verdict, Verdict::accept);
    packet.view.touched = outcome(nft_chain(add + "[]", set), packet.view).packet.touched;
    EXPECT_EQ(outcome(nft_chain(drop, set), packet.view).verdict, Verdict::drop);
    packet.view.source = ip("10.1.0.9");
    EXPECT_EQ(outcome(nft_chain(drop, set), packet.view).verdict, Verdict::accept);
}

TEST(NftMaps, HaveWhatTheSameFlowHasPutInto)
{
    const Packet packet;
    const model::Netns host = nft_chain(
        R"([{"map": {"op": "update", "elem": {"elem": {"val": {"payload": {"protocol": "ip",
             "field": "saddr"}}, "timeout": 60}}, "data": 7, "map": "@sticky"}}],
           [{"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"map": {"key": {"payload":
             {"protocol": "ip", "field": "saddr"}}, "data": "@sticky"}}}}])",
        R"(, {"map": {"family": "ip", "table": "t", "name": "sticky", "type": "ipv4_addr",
                      "map": "mark", "flags": ["timeout"]}})");
    EXPECT_EQ(outcome(host, packet.view).packet.mark, 7U);
}

TEST(NftStatements, SynproxyIsForTcpOnly)
{
    Packet packet;
    const model::Netns host = nft_chain(R"([{"synproxy": null}])");
    EXPECT_EQ(outcome(host, packet.view).verdict, Verdict::accept);
    packet.view.protocol = kTcp;
    EXPECT_THAT(outcomes(host, packet.view), SizeIs(2));
}

TEST(NftErrors, CostTheirRuleOnly)
{
    const Packet packet;
    for (const char* rule : {R"([{"jump": {"target": "nowhere"}}])", R"("no list")",
                             R"([{"vmap": {"key": {"meta": {"key": "mark"}}, "data": "@none"}}])",
                             R"([{"match": {"op": "=="}}, {"drop": null}])"}) {
        const auto ends = outcomes(nft_chain(rule), packet.view);
        ASSERT_THAT(ends, SizeIs(2)) << rule;
        EXPECT_NE(ends[0].verdict, ends[1].verdict) << rule;
    }
}

TEST(NftErrors, AnUnknownExpressionIsAnAssumptionOfItsOutcomes)
{
    const Packet packet;
    const model::Netns host =
        nft_chain("[" + match(R"({"quux": {"key": "x"}})", "==", "1") + R"(, {"drop": null}])");
    EXPECT_THAT(loaded(host).unknown(), SizeIs(1));
    EXPECT_THAT(outcomes(host, packet.view), SizeIs(2));
}

} // namespace
} // namespace onlan::rules
