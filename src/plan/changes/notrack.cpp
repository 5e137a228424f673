#include "plan/changes/notrack.hpp"

#include <algorithm>

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

bool is_in_own_table(const json& element)
{
    return std::ranges::any_of(element, [](const json& object) {
        return object.is_object() && object.value("family", json()) == "inet" &&
               (object.value("table", json()) == "onlan" ||
                (object.value("name", json()) == "onlan" && !object.contains("table")));
    });
}

bool is_rule(const json& element)
{
    return element.contains("rule");
}

// As `nft --json list ruleset` would show it.
json::array_t own_table()
{
    return {{{"table", {{"family", "inet"}, {"name", "onlan"}}}},
            {{"chain",
              {{"family", "inet"},
               {"table", "onlan"},
               {"name", "prerouting"},
               {"type", "filter"},
               {"hook", "prerouting"},
               {"prio", -300},
               {"policy", "accept"}}}}};
}

json notrack_rule(const std::string& bridge, const std::string& comment)
{
    const json match = {
        {"op", "=="}, {"left", {{"meta", {{"key", "iifname"}}}}}, {"right", bridge}};
    return {{"rule",
             {{"family", "inet"},
              {"table", "onlan"},
              {"chain", "prerouting"},
              {"comment", comment},
              {"expr", json::array({{{"match", match}}, {{"notrack", nullptr}}})}}}};
}

json::array_t listed(const model::NftListing& listing)
{
    return listing.empty() ? json::array_t()
                           : listing.document().at("nftables").get<json::array_t>();
}

model::NftListing listing_of(json::array_t elements)
{
    return elements.empty() ? model::NftListing()
                            : model::NftListing(json{{"nftables", std::move(elements)}});
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
    json::array_t elements = listed(at.netns.nftables);
    if (std::ranges::none_of(elements, is_in_own_table))
        std::ranges::move(own_table(), std::back_inserter(elements));
    elements.push_back(notrack_rule(bridge, comment));
    at.netns.nftables = listing_of(std::move(elements));
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
    json::array_t elements = listed(model::without_own_rules(
        at.netns.nftables, [&](std::string_view one) { return one == comment; }));
    const bool is_used = std::ranges::any_of(
        elements, [](const json& element) { return is_rule(element) && is_in_own_table(element); });
    if (!is_used)
        std::erase_if(elements, is_in_own_table);
    at.netns.nftables = listing_of(std::move(elements));
}

AddNotrack RemoveNotrack::inverse() const
{
    return {.bridge = bridge, .comment = comment};
}

} // namespace onlan::plan
