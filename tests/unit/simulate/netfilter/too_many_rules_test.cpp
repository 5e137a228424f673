// Rule sets that are made to take forever.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulate/builders.hpp"

namespace onlan::simulate {
namespace {

using testing::Contains;
using testing::StartsWith;

// Chains of which each jumps twice to the next: 2^24 rules for each packet at each hook.
void add_chains(std::map<std::string, Shared<model::XtablesChain>>& table)
{
    constexpr int kChains = 24;
    for (int i = 0; i < kChains; ++i) {
        const model::XtablesRule jump{.words = {"-j", "c" + std::to_string(i + 1)}};
        table["c" + std::to_string(i)].edit().rules = {jump, jump};
    }
    table["c" + std::to_string(kChains)] = {};
    for (auto& [name, chain] : table)
        chain.edit().policy = "-";
}

TEST(TooManyRules, EndTheAnswerWithAnAssumption)
{
    NetnsBuilder host("host", 1);
    host.address("eth0", "192.168.1.5/24").listen(kTcp, 80);
    model::XtablesRuleset ruleset;
    for (const char* name : {"mangle", "filter"}) {
        auto& table = ruleset.tables[name];
        add_chains(table);
        for (const char* hook : {"INPUT", "OUTPUT"})
            table[hook] =
                model::XtablesChain{.policy = "ACCEPT", .rules = {{.words = {"-j", "c0"}}}};
    }
    // And ways to go, each of which has to be walked.
    auto& mangle = ruleset.tables["mangle"];
    for (const auto& [hook, mark] : {std::pair{"INPUT", "1"}, {"OUTPUT", "2"}}) {
        auto& rules = mangle[hook].edit().rules;
        rules.insert(rules.begin(),
                     {.words = {"-m", "statistic", "--mode", "random", "--probability", "0.5", "-j",
                                "MARK", "--or-mark", mark}});
    }
    host.netns.xtables = {ruleset};
    const auto world = World::load(std::span(&host.netns, 1), {});
    ASSERT_TRUE(world) << world.error().message;
    const Ending ending = follow(*world, {.from = "host", .to = ip("192.168.1.5"), .port = 80});
    EXPECT_EQ(ending.outcome, model::Outcome::delivered);
    EXPECT_LT(ending.rules_seen, std::size_t{1} << 24U);
    EXPECT_THAT(ending.assumptions, Contains(StartsWith("the packets meet too many rules")));
    EXPECT_THAT(ending.assumptions, Contains("only the first 1 possible paths were followed"));
}

} // namespace
} // namespace onlan::simulate
