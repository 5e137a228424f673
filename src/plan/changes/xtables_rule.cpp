#include "plan/changes/xtables_rule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

template <typename Change>
Commands command(const char* flag, const Change& change)
{
    return {shell_line({model::xtables_program(change.backend, change.family), "-t", change.table,
                        flag, change.chain},
                       change.rule)};
}

// The kernel lists a rule's words in an order of its own; its comment stays.
bool is_same(const model::XtablesRule& there, const std::vector<std::string>& rule)
{
    const std::string_view comment = model::comment_of(rule);
    return comment.empty() ? there.words == rule : model::comment_of(there.words) == comment;
}

template <typename Change>
bool is_there(const Change& change, const model::Netns& netns)
{
    const auto* ruleset = netns.find_xtables(change.backend, change.family);
    const auto* chain =
        ruleset != nullptr ? ruleset->find_chain(change.table, change.chain) : nullptr;
    return chain != nullptr && std::ranges::any_of(chain->rules, [&](const auto& there) {
               return is_same(there, change.rule);
           });
}

// Null where there is no such chain.
template <typename Change>
std::vector<model::XtablesRule>* find_rules(const Change& change, model::Netns& netns)
{
    for (model::XtablesRuleset& ruleset : netns.xtables) {
        if (ruleset.backend == change.backend && ruleset.family == change.family &&
            ruleset.find_chain(change.table, change.chain) != nullptr)
            return &ruleset.tables[change.table][change.chain].edit().rules;
    }
    return nullptr;
}

} // namespace

std::string InsertXtablesRule::describe() const
{
    return fmt::format("guard: accept bridged frames in {} of {} ({})", chain,
                       model::xtables_program(backend, family), fmt::join(rule, " "));
}

Result<Commands> InsertXtablesRule::commands() const
{
    return command("-I", *this);
}

bool InsertXtablesRule::holds(const model::Host& host) const
{
    return is_there(*this, host.netns);
}

void InsertXtablesRule::effect(const Place& at) const
{
    if (is_there(*this, at.netns))
        return;
    if (auto* rules = find_rules(*this, at.netns))
        rules->insert(rules->begin(), model::XtablesRule{.words = rule});
}

DeleteXtablesRule InsertXtablesRule::inverse() const
{
    return {.backend = backend, .family = family, .table = table, .chain = chain, .rule = rule};
}

std::string DeleteXtablesRule::describe() const
{
    return fmt::format("remove the guard from {} of {} ({})", chain,
                       model::xtables_program(backend, family), fmt::join(rule, " "));
}

Result<Commands> DeleteXtablesRule::commands() const
{
    return command("-D", *this);
}

bool DeleteXtablesRule::holds(const model::Host& host) const
{
    return !is_there(*this, host.netns);
}

void DeleteXtablesRule::effect(const Place& at) const
{
    if (!is_there(*this, at.netns))
        return;
    if (auto* rules = find_rules(*this, at.netns))
        std::erase_if(*rules, [&](const auto& there) { return is_same(there, rule); });
}

InsertXtablesRule DeleteXtablesRule::inverse() const
{
    return {.backend = backend, .family = family, .table = table, .chain = chain, .rule = rule};
}

} // namespace onlan::plan
