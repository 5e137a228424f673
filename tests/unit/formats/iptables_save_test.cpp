#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "formats/iptables_save.hpp"
#include "unit/test_data.hpp"

namespace onlan::formats {
namespace {

using testing::ElementsAre;

MATCHER_P(WordsAre, words, "")
{
    return arg.words == words;
}

Result<model::XtablesRuleset> parse(std::string_view text)
{
    return parse_iptables_save(text, model::XtablesBackend::nft, net::Family::ipv4);
}

std::string error_of(std::string_view text)
{
    const auto ruleset = parse(text);
    return ruleset ? "no error" : ruleset.error().message;
}

// What iptables-nft-save printed on a host with Docker 28.5, one network, one rule of onlan's and a
// rule with an awkward comment.
class RecordedRuleset : public testing::Test {
protected:
    void SetUp() override
    {
        const auto text = read_file(test_data("iptables/docker-28.5-nft.txt"));
        ASSERT_TRUE(text) << text.error().message;
        auto parsed = parse(*text);
        ASSERT_TRUE(parsed) << parsed.error().message;
        ruleset = *std::move(parsed);
    }
    const model::XtablesChain& chain(const char* table, const char* name)
    {
        static const model::XtablesChain kNone;
        const auto* found = ruleset.find_chain(table, name);
        EXPECT_NE(found, nullptr) << table << ' ' << name;
        return found != nullptr ? *found : kNone;
    }

    model::XtablesRuleset ruleset;
};

TEST_F(RecordedRuleset, HasItsTablesAndChains)
{
    std::vector<std::string> chains;
    for (const auto& [table, in_table] : ruleset.tables) {
        for (const auto& [name, chain] : in_table) {
            chains.push_back(table);
            chains.back().append(" ").append(name).append(" ").append(chain->policy);
        }
    }
    EXPECT_THAT(chains,
                ElementsAre("filter DOCKER -", "filter DOCKER-BRIDGE -", "filter DOCKER-CT -",
                            "filter DOCKER-FORWARD -", "filter DOCKER-ISOLATION-STAGE-1 -",
                            "filter DOCKER-ISOLATION-STAGE-2 -", "filter DOCKER-USER -",
                            "filter FORWARD DROP", "filter INPUT ACCEPT", "filter OUTPUT ACCEPT",
                            "nat DOCKER -", "nat INPUT ACCEPT", "nat OUTPUT ACCEPT",
                            "nat POSTROUTING ACCEPT", "nat PREROUTING ACCEPT"));
}

TEST_F(RecordedRuleset, KeepsTheRulesOfAChainInTheirOrder)
{
    const model::XtablesChain expected{
        .policy = "DROP",
        .packets = 0,
        .bytes = 0,
        .rules = {{.words = {"-j", "DOCKER-USER"}}, {.words = {"-j", "DOCKER-FORWARD"}}}};
    EXPECT_EQ(chain("filter", "FORWARD"), expected);
}

TEST_F(RecordedRuleset, ACommentWithBlanksIsOneWord)
{
    const std::vector<std::string> rule = {"-i",
                                           "br-lan",
                                           "-o",
                                           "br-lan",
                                           "-m",
                                           "physdev",
                                           "--physdev-is-bridged",
                                           "-m",
                                           "comment",
                                           "--comment",
                                           "onlan:lan137 bridged br-lan",
                                           "-j",
                                           "ACCEPT"};
    EXPECT_THAT(chain("filter", "DOCKER-USER").rules, ElementsAre(WordsAre(rule)));
}

TEST_F(RecordedRuleset, QuotesAndBackslashesInACommentAreTakenBack)
{
    const std::vector<std::string> rule = {"-m", "comment", "--comment", R"(say "no" \ here)",
                                           "-j", "DROP"};
    EXPECT_THAT(chain("filter", "INPUT").rules, ElementsAre(WordsAre(rule)));
}

TEST(IptablesSave, CountersBelongToTheChainsPolicyAndToTheRule)
{
    const auto ruleset = parse("*filter\n:INPUT ACCEPT [1:2]\n[3:4] -A INPUT -j DROP\nCOMMIT\n");
    ASSERT_TRUE(ruleset) << ruleset.error().message;
    const model::XtablesChain expected{
        .policy = "ACCEPT",
        .packets = 1,
        .bytes = 2,
        .rules = {{.words = {"-j", "DROP"}, .packets = 3, .bytes = 4}}};
    EXPECT_EQ(*ruleset->find_chain("filter", "INPUT"), expected);
}

// The rules of a chain, as one text each.
std::vector<std::string>
rules_of(const Result<model::XtablesRuleset>& ruleset, const char* table, const char* chain)
{
    EXPECT_TRUE(ruleset) << ruleset.error().message;
    const auto* found = ruleset ? ruleset->find_chain(table, chain) : nullptr;
    if (found == nullptr)
        return {"no such chain"};
    std::vector<std::string> texts;
    for (const model::XtablesRule& rule : found->rules)
        texts.push_back(fmt::format("{}", fmt::join(rule.words, "|")));
    return texts;
}

std::vector<std::string> input_of(const std::string& lines)
{
    return rules_of(parse("*filter\n:INPUT DROP [0:0]\n" + lines), "filter", "INPUT");
}

TEST(IptablesSave, BuiltInChainsNeedNoLineAndAccept)
{
    const auto ruleset = parse("*filter\n-A INPUT -i lo -j ACCEPT\n-A OWN -j DROP\nCOMMIT\n");
    EXPECT_THAT(rules_of(ruleset, "filter", "INPUT"), ElementsAre("-i|lo|-j|ACCEPT"));
    EXPECT_EQ(ruleset->find_chain("filter", "INPUT")->policy, "ACCEPT");
    EXPECT_EQ(ruleset->find_chain("filter", "OWN")->policy, "-");
}

TEST(IptablesSave, CommandsDoWhatTheyDoInIptables)
{
    const auto ruleset = parse("*filter\n-P INPUT DROP\n-N OWN\n-A OWN -j ACCEPT\n-A INPUT -i a\n"
                               "-I INPUT -i b\n--insert INPUT 2 -i c\n-A INPUT -i d\n"
                               "-D INPUT 1\n-D INPUT -i d\n-R INPUT 2 -i e\n-F OWN\n"
                               "-t nat -A POSTROUTING -j MASQUERADE\n"
                               "-A POSTROUTING -j ACCEPT -t nat\n-6 -A INPUT -i f\nCOMMIT\n");
    EXPECT_THAT(rules_of(ruleset, "filter", "INPUT"), ElementsAre("-i|c", "-i|e"));
    EXPECT_EQ(ruleset->find_chain("filter", "INPUT")->policy, "DROP");
    EXPECT_THAT(rules_of(ruleset, "filter", "OWN"), ElementsAre());
    EXPECT_THAT(rules_of(ruleset, "nat", "POSTROUTING"), ElementsAre("-j|MASQUERADE", "-j|ACCEPT"));
    EXPECT_THAT(ruleset->unread, ElementsAre());
}

TEST(IptablesSave, WithoutATableThatOfFilterIsMeant)
{
    const auto ruleset = parse("-P FORWARD DROP\n-A FORWARD -j ACCEPT\n-A POSTROUTING -j DROP\n");
    EXPECT_THAT(rules_of(ruleset, "filter", "FORWARD"), ElementsAre("-j|ACCEPT"));
    EXPECT_THAT(ruleset->unread, ElementsAre("line 3 is no rule: '-A POSTROUTING -j DROP'"));
}

TEST(IptablesSave, CarriageReturnsBlankLinesAndIndentationDoNotMatter)
{
    EXPECT_THAT(input_of("  \r\n\t-A INPUT  -p\ttcp -j DROP \r\n\r\nCOMMIT\r\n"),
                ElementsAre("-p|tcp|-j|DROP"));
}

TEST(IptablesSave, AListOfAddressesIsOneRuleForEachPair)
{
    EXPECT_THAT(input_of("-A INPUT -s a,b -d c,d -j DROP\n"),
                ElementsAre("-s|a|-d|c|-j|DROP", "-s|a|-d|d|-j|DROP", "-s|b|-d|c|-j|DROP",
                            "-s|b|-d|d|-j|DROP"));
    EXPECT_THAT(input_of("-A INPUT ! -s a,b -j DROP\n"), ElementsAre("!|-s|a,b|-j|DROP"));
}

TEST(IptablesSave, AListThatStandsForTooManyRulesStaysOne)
{
    const std::string list(5000, ',');
    EXPECT_THAT(input_of("-A INPUT -s a" + list + " -d b" + list + "\n"), testing::SizeIs(1));
}

TEST(IptablesSave, QuotesOfBothKindsAndCountersBehindAreRead)
{
    EXPECT_THAT(input_of("-A INPUT -m comment --comment 'a \"b' --dport=22\n"),
                ElementsAre("-m|comment|--comment|a \"b|--dport|22"));
    const auto ruleset = parse("*filter\n-A INPUT -c 3 4 -j DROP\n");
    EXPECT_EQ(ruleset->find_chain("filter", "INPUT")->rules.front().bytes, 4U);
}

TEST(IptablesSave, AnOpenQuoteCostsItsRuleOnly)
{
    EXPECT_THAT(input_of("-A INPUT --comment \"open -j DROP\n-A INPUT --comment \"x y\" -j DROP\n"),
                ElementsAre("-A INPUT --comment \"open -j DROP", "--comment|x y|-j|DROP"));
}

TEST(IptablesSave, WhatStandsBesideTheRulesIsSaidWithItsLine)
{
    const auto ruleset = parse("root@gw:~# iptables-save\n*filter\n:INPUT DROP [0:0]\n:OUTPUT\n"
                               "[...]\nCOMMIT\nroot@gw:~#\n");
    EXPECT_EQ(ruleset->find_chain("filter", "INPUT")->policy, "DROP");
    EXPECT_THAT(ruleset->unread,
                ElementsAre("line 1 is no rule: 'root@gw:~# iptables-save'",
                            "line 4 is no rule: ':OUTPUT'", "line 5 is no rule: '[...]'",
                            "line 7 is no rule: 'root@gw:~#'"));
}

TEST(IptablesSave, ATextWithoutRulesIsAnError)
{
    EXPECT_EQ(error_of("bash: iptables-save: command not found\n"),
              "it holds no rules as iptables-save prints them: line 1 is no rule: 'bash: "
              "iptables-save: command not found'");
}

TEST(IptablesSave, NothingIsAnEmptyRuleset)
{
    const auto ruleset = parse("");
    ASSERT_TRUE(ruleset) << ruleset.error().message;
    EXPECT_TRUE(ruleset->tables.empty());
}

} // namespace
} // namespace onlan::formats
