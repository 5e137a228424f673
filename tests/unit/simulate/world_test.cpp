// A world in which something is changed, beside one that is made anew of the same facts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "model/snapshot_json.hpp"
#include "simulate/question.hpp"
#include "unit/test_data.hpp"

namespace onlan::simulate {
namespace {

// The article's host, on which Docker's isolation drops what a LAN container asks a published port.
model::Snapshot article()
{
    const auto text = read_file(test_data("article/1-isolation.json"));
    return model::snapshot_from_json(*text).value();
}

Question ask(model::Snapshot snapshot)
{
    return Question::pose(std::move(snapshot), "homeassistant",
                          Target::parse("192.168.137.250:5000").value())
        .value();
}

model::Explanation told(const Question& question)
{
    return explain(question.world(), question.flow());
}

// Every way to take one rule of iptables away from the host.
std::vector<model::Netns> without_one_rule(const model::Netns& host)
{
    std::vector<model::Netns> hosts;
    for (std::size_t ruleset = 0; ruleset < host.xtables.size(); ++ruleset) {
        for (const auto& [table, chains] : host.xtables[ruleset].tables) {
            for (const auto& [name, chain] : chains) {
                for (std::size_t rule = 0; rule < chain->rules.size(); ++rule) {
                    model::Netns changed = host;
                    auto& rules = changed.xtables[ruleset].tables[table][name].edit().rules;
                    rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(rule));
                    hosts.push_back(std::move(changed));
                }
            }
        }
    }
    return hosts;
}

TEST(WorldWith, ARuleLessIsTheSameAsAWorldMadeAnewWithoutIt)
{
    const model::Snapshot before = article();
    const Question question = ask(before);
    const model::Explanation first = told(question);
    unsigned cured = 0;
    for (const model::Netns& host : without_one_rule(before.namespaces.front())) {
        model::Snapshot after = before;
        after.namespaces.front() = host;
        const auto changed = question.with(host);
        ASSERT_TRUE(changed) << changed.error().message;
        const model::Explanation expected = told(ask(std::move(after)));
        ASSERT_EQ(told(*changed), expected);
        cured += expected.cause.summary != first.cause.summary ? 1U : 0U;
    }
    EXPECT_GT(cured, 0U);
    EXPECT_EQ(told(question), first);
}

TEST(WorldWith, ASysctlAndAnAddressCountAsInAWorldMadeAnew)
{
    const model::Snapshot before = article();
    const Question question = ask(before);
    for (const auto change :
         {+[](model::Netns& host) { host.sysctls["net.ipv4.ip_forward"] = "0"; },
          +[](model::Netns& host) {
              for (auto& [name, value] : host.sysctls) {
                  if (name.ends_with(".forwarding") || name == "net.bridge.bridge-nf-call-iptables")
                      value = "0";
              }
          },
          +[](model::Netns& host) { host.addresses.clear(); },
          +[](model::Netns& host) { host.routes.clear(); }}) {
        model::Snapshot after = before;
        change(after.namespaces.front());
        const auto changed = question.with(after.namespaces.front());
        ASSERT_TRUE(changed) << changed.error().message;
        EXPECT_EQ(told(*changed), told(ask(after)));
    }
}

TEST(WorldWith, ChangesComeOneAfterTheOther)
{
    const model::Snapshot before = article();
    const Question question = ask(before);
    const model::Explanation first = told(question);
    const auto hosts = without_one_rule(before.namespaces.front());
    Question wandering = question;
    for (const model::Netns& host : hosts)
        wandering = wandering.with(host).value();
    EXPECT_EQ(told(wandering.with(before.namespaces.front()).value()), first);
}

TEST(WorldWith, AnUnknownNamespaceCannotBeChanged)
{
    model::Netns stranger;
    stranger.name = "netns:elsewhere";
    const auto changed = ask(article()).with(stranger);
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().message, testing::HasSubstr("netns:elsewhere"));
}

} // namespace
} // namespace onlan::simulate
