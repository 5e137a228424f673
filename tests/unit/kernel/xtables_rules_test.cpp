#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "kernel/nftables.hpp"
#include "kernel/xtables.hpp"
#include "model/nft_outline.hpp"
#include "unit/kernel/own_netns.hpp"

namespace onlan::kernel {
namespace {

using model::XtablesBackend;
using net::Family;
using testing::ElementsAre;
using testing::IsEmpty;

struct Kind {
    XtablesBackend backend;
    Family family;
};

std::vector<model::XtablesRuleset> collected()
{
    const auto outline = list_outline();
    EXPECT_TRUE(outline) << outline.error().message;
    const auto rulesets = collect_xtables(model::base_chains(*outline));
    EXPECT_TRUE(rulesets) << rulesets.error().message;
    return rulesets.value_or(std::vector<model::XtablesRuleset>{});
}

int run(const std::vector<std::string>& words)
{
    const auto finished = run_program(words);
    return finished ? finished->status : -1;
}

bool has_legacy_tables()
{
    const auto names = read_file("/proc/thread-self/net/ip_tables_names");
    return names && !names->empty();
}

// Both programs, both families, on the real kernel.
class XtablesRules : public testing::TestWithParam<Kind> {
protected:
    [[nodiscard]] static PlacedRule rule(std::vector<std::string> arguments)
    {
        return {.backend = GetParam().backend,
                .family = GetParam().family,
                .table = "filter",
                .chain = "FORWARD",
                .arguments = std::move(arguments)};
    }
    [[nodiscard]] static PlacedRule guard()
    {
        return rule({"-i", "br0", "-o", "br0", "-m", "physdev", "--physdev-is-bridged", "-m",
                     "comment", "--comment", R"(onlan:lan137 "bridged" br0)", "-j", "ACCEPT"});
    }
    [[nodiscard]] static std::vector<std::vector<std::string>> forward()
    {
        std::vector<std::vector<std::string>> rules;
        for (const auto& ruleset : collected()) {
            const auto* chain = ruleset.find_chain("filter", "FORWARD");
            if (ruleset.backend == GetParam().backend && ruleset.family == GetParam().family &&
                chain != nullptr)
                std::ranges::transform(chain->rules, std::back_inserter(rules),
                                       &model::XtablesRule::words);
        }
        return rules;
    }
};

TEST_P(XtablesRules, ARuleIsReadBackWordForWord)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(insert_rule(guard()));
        EXPECT_THAT(forward(), ElementsAre(guard().arguments));
    });
}

TEST_P(XtablesRules, ARuleIsInsertedAtTheTopAndOnce)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(insert_rule(rule({"-j", "DROP"})));
        EXPECT_OK(insert_rule(guard()));
        EXPECT_OK(insert_rule(guard()));
        EXPECT_OK(insert_rule(rule({"-j", "DROP"})));
        const std::vector<std::string> drop = {"-j", "DROP"};
        EXPECT_THAT(forward(), ElementsAre(guard().arguments, drop));
    });
}

TEST_P(XtablesRules, DeletingWhatIsNotThereIsDone)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(delete_rule(guard()));
        EXPECT_OK(insert_rule(guard()));
        EXPECT_OK(delete_rule(guard()));
        EXPECT_OK(delete_rule(guard()));
        EXPECT_THAT(forward(), IsEmpty());
        PlacedRule elsewhere = guard();
        elsewhere.chain = "DOCKER-USER";
        EXPECT_OK(delete_rule(elsewhere));
    });
}

TEST_P(XtablesRules, ARefusalIsOneLine)
{
    in_own_netns([&](NetlinkSocket&) {
        const auto inserted = insert_rule(rule({"-m", "nonsense"}));
        ASSERT_FALSE(inserted);
        EXPECT_THAT(inserted.error().message, testing::Not(testing::HasSubstr("\n")));
    });
}

TEST_P(XtablesRules, ARuleThatIsNotUnderstoodIsRefusedBothWays)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(insert_rule(guard()));
        const PlacedRule wrong = rule({"--no-such-option"});
        ASSERT_FALSE(insert_rule(wrong));
        const auto deleted = delete_rule(wrong);
        ASSERT_FALSE(deleted);
        EXPECT_EQ(deleted.error().code, Failed::refused);
        EXPECT_THAT(deleted.error().message, testing::HasSubstr("no-such-option"));
    });
}

TEST_P(XtablesRules, ACommentMayHoldALineBreak)
{
    in_own_netns([](NetlinkSocket&) {
        const PlacedRule odd = rule({"-m", "comment", "--comment", "two\nlines", "-j", "ACCEPT"});
        EXPECT_OK(insert_rule(odd));
        EXPECT_THAT(forward(), ElementsAre(odd.arguments));
    });
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         XtablesRules,
                         testing::Values(Kind{XtablesBackend::nft, Family::ipv4},
                                         Kind{XtablesBackend::nft, Family::ipv6},
                                         Kind{XtablesBackend::legacy, Family::ipv4},
                                         Kind{XtablesBackend::legacy, Family::ipv6}),
                         [](const auto& kind) {
                             return std::string(kind.param.backend == XtablesBackend::nft
                                                    ? "nft"
                                                    : "legacy") +
                                    std::string(net::family_name(kind.param.family));
                         });

// A legacy table comes into being when somebody looks into it, and then every packet passes it.
TEST(CollectXtables, LookingMakesNoTables)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_THAT(collected(), IsEmpty());
        EXPECT_FALSE(has_legacy_tables());
        const auto outline = list_outline();
        ASSERT_TRUE(outline) << outline.error().message;
        EXPECT_THAT(model::base_chains(*outline), IsEmpty());
    });
}

TEST(CollectXtables, DeletingFromLegacyTablesMakesNone)
{
    in_own_netns([](NetlinkSocket&) {
        EXPECT_OK(delete_rule({.backend = XtablesBackend::legacy,
                               .family = Family::ipv4,
                               .table = "filter",
                               .chain = "FORWARD",
                               .arguments = {"-j", "ACCEPT"}}));
        EXPECT_FALSE(has_legacy_tables());
    });
}

TEST(CollectXtables, BothKindsOfTablesAreFoundSideBySide)
{
    in_own_netns([](NetlinkSocket&) {
        ASSERT_EQ(run({"iptables-legacy", "-w", "5", "-P", "FORWARD", "DROP"}), 0);
        ASSERT_EQ(run({"iptables-nft", "-A", "FORWARD", "-j", "ACCEPT"}), 0);
        std::vector<std::string> found;
        for (const auto& ruleset : collected())
            found.push_back(model::xtables_program(ruleset.backend, ruleset.family) + " " +
                            ruleset.find_chain("filter", "FORWARD")->policy);
        EXPECT_THAT(found, ElementsAre("iptables-nft ACCEPT", "iptables-legacy DROP"));
    });
}

} // namespace
} // namespace onlan::kernel
