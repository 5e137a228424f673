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

TEST(IptablesSave, WhatItDoesNotUnderstandIsAnErrorWithTheLine)
{
    EXPECT_EQ(error_of("-A INPUT -j DROP\n"),
              "iptables-save, line 1: a rule outside any table: '-A INPUT -j DROP'");
    EXPECT_EQ(error_of("*filter\n-A INPUT -j DROP\n"),
              "iptables-save, line 2: a rule in a chain that is not declared: '-A INPUT -j DROP'");
    EXPECT_EQ(error_of("*filter\n:INPUT\n"),
              "iptables-save, line 2: a chain without a policy: ':INPUT'");
    EXPECT_EQ(error_of("*filter\n:INPUT ACCEPT\n-A INPUT --comment \"open\n"),
              "iptables-save, line 3: unclosed quote: '-A INPUT --comment \"open'");
    EXPECT_EQ(error_of("*filter\n-X\n"), "iptables-save, line 2: neither a chain nor a rule: '-X'");
}

TEST(IptablesSave, NothingIsAnEmptyRuleset)
{
    const auto ruleset = parse("");
    ASSERT_TRUE(ruleset) << ruleset.error().message;
    EXPECT_TRUE(ruleset->tables.empty());
}

} // namespace
} // namespace onlan::formats
