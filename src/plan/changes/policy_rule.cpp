#include "plan/changes/policy_rule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model/policy_rule.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

std::string rule_text(const model::Rule& rule)
{
    std::string text = fmt::format("the policy rule {}", rule.priority);
    if (!rule.input_interface.empty())
        text += " iif " + rule.input_interface;
    if (!rule.output_interface.empty())
        text += " oif " + rule.output_interface;
    return text;
}

// The kernel's bytes may say the same in another order.
bool says_the_same(const model::Rule& one, const model::Rule& other)
{
    return policy_rule_from(one) == policy_rule_from(other);
}

} // namespace

std::string ReplaceRule::describe() const
{
    return fmt::format("replace {} with {}", rule_text(before), rule_text(after));
}

// The new one first: there is never a moment without the rule.
Result<Commands> ReplaceRule::commands() const
{
    ONLAN_TRY(const Argv old_words, rule_words(before));
    ONLAN_TRY(const Argv new_words, rule_words(after));
    const std::string family = family_flag(after.family);
    return Commands{shell_line({"ip", family, "rule", "add"}, new_words),
                    shell_line({"ip", family, "rule", "del"}, old_words)};
}

bool ReplaceRule::holds(const model::Host& host) const
{
    return std::ranges::any_of(host.netns.policy_rules,
                               [&](const model::Rule& rule) { return says_the_same(rule, after); });
}

void ReplaceRule::effect(const Place& at) const
{
    std::ranges::replace_if(
        at.netns.policy_rules, [&](const model::Rule& rule) { return says_the_same(rule, before); },
        after);
}

ReplaceRule ReplaceRule::inverse() const
{
    return {.before = after, .after = before};
}

ReplaceRule ReplaceRule::essence() const
{
    return {.before = rule_from(policy_rule_from(before)),
            .after = rule_from(policy_rule_from(after))};
}

} // namespace onlan::plan
