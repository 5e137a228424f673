#include "plan/changes/notrack.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/nft_outline.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

using nlohmann::json;

bool has_rule(const model::Netns& netns, const std::string& comment)
{
    const auto rules = model::own_rules(netns.nftables);
    return std::ranges::find(rules, comment, &model::NftOwnRule::comment) != rules.end();
}

bool is_in_own_table(const model::NftObject& object)
{
    return object.family() == "inet" && object.table() == "onlan";
}

// As `nft --json list ruleset` would show it.
void add_own_table(std::vector<model::NftObject>& objects)
{
    objects.emplace_back(json{{"table", {{"family", "inet"}, {"name", "onlan"}}}});
    objects.emplace_back(json{{"chain",
                               {{"family", "inet"},
                                {"table", "onlan"},
                                {"name", "prerouting"},
                                {"type", "filter"},
                                {"hook", "prerouting"},
                                {"prio", -300},
                                {"policy", "accept"}}}});
}

model::NftObject notrack_rule(const std::string& bridge, const std::string& comment)
{
    const json match = {
        {"op", "=="}, {"left", {{"meta", {{"key", "iifname"}}}}}, {"right", bridge}};
    return model::NftObject(
        json{{"rule",
              {{"family", "inet"},
               {"table", "onlan"},
               {"chain", "prerouting"},
               {"comment", comment},
               {"expr", json::array({{{"match", match}}, {{"notrack", nullptr}}})}}}});
}

} // namespace

std::string AddNotrack::describe() const
{
    return fmt::format("guard: no connection tracking for frames that enter {} (table inet onlan)",
                       bridge);
}

Result<Commands> AddNotrack::commands() const
{
    return Commands{
        "nft 'add table inet onlan'",
        "nft 'add chain inet onlan prerouting { type filter hook prerouting priority -300; }'",
        shell_line(
            {"nft",
             fmt::format(R"(add rule inet onlan prerouting iifname "{}" notrack comment "{}")",
                         bridge, comment)})};
}

bool AddNotrack::holds(const model::Host& host) const
{
    return std::ranges::find(host.own_rules, comment, &model::NftOwnRule::comment) !=
           host.own_rules.end();
}

void AddNotrack::effect(const Place& at) const
{
    if (has_rule(at.netns, comment))
        return;
    std::vector<model::NftObject>& objects = at.netns.nftables.objects.edit();
    if (std::ranges::none_of(objects, is_in_own_table))
        add_own_table(objects);
    objects.push_back(notrack_rule(bridge, comment));
}

RemoveNotrack AddNotrack::inverse() const
{
    return {.bridge = bridge, .comment = comment};
}

std::string RemoveNotrack::describe() const
{
    return fmt::format("remove the guard of {} (table inet onlan)", bridge);
}

// nft deletes a rule by the number that the kernel gave it.
Result<Commands> RemoveNotrack::commands() const
{
    return Commands{
        fmt::format("nft delete rule inet onlan prerouting handle $(nft --handle list chain inet "
                    "onlan prerouting | sed -n '/comment \"{}\"/s/.* handle //p')",
                    comment)};
}

bool RemoveNotrack::holds(const model::Host& host) const
{
    return std::ranges::find(host.own_rules, comment, &model::NftOwnRule::comment) ==
           host.own_rules.end();
}

// The table goes with its last rule, as kernel::remove_notrack() has it.
void RemoveNotrack::effect(const Place& at) const
{
    if (!has_rule(at.netns, comment))
        return;
    model::remove_own_rules(at.netns.nftables,
                            [&](std::string_view one) { return one == comment; });
    if (model::own_rules(at.netns.nftables).empty())
        std::erase_if(at.netns.nftables.objects.edit(), is_in_own_table);
}

AddNotrack RemoveNotrack::inverse() const
{
    return {.bridge = bridge, .comment = comment};
}

} // namespace onlan::plan
