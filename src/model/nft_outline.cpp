#include "model/nft_outline.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

namespace onlan::model {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_own_rule(const NftObject& object)
{
    return object.kind() == "rule" && object.family() == "inet" && object.table() == "onlan";
}

// {"match": {"left": {"meta": {"key": "iifname"}}, "right": "eno1"}}, where `right` may also be a
// set of names, at any depth.
void collect_names(const json& expression, std::vector<std::string>& names)
{
    if (expression.is_string())
        names.push_back(expression.get<std::string>());
    else if (expression.is_structured()) {
        for (const json& part : expression)
            collect_names(part, names);
    }
}

void collect_interface_rules(const NftObject& rule, std::vector<NftInterfaceRule>& found)
{
    constexpr std::array<std::string_view, 4> kKeys = {"iifname", "oifname", "iif", "oif"};
    const json::json_pointer meta("/match/left/meta");
    for (const json& expression : rule.body().value("expr", json::array())) {
        if (!expression.contains(meta) || !expression["match"].contains("right"))
            continue;
        const std::string key = text(expression[meta], "key");
        if (std::ranges::find(kKeys, key) == kKeys.end())
            continue;
        std::vector<std::string> names;
        collect_names(expression["match"]["right"], names);
        for (std::string& name : names)
            found.push_back({.family = rule.family(),
                             .table = rule.table(),
                             .chain = rule.chain(),
                             .key = key,
                             .interface = std::move(name)});
    }
}

} // namespace

std::vector<NftBaseChain> base_chains(const NftListing& listing)
{
    std::vector<NftBaseChain> found;
    for (const NftObject& object : *listing.objects) {
        const json& chain = object.body();
        if (object.kind() != "chain" || !chain.contains("hook"))
            continue;
        const auto priority = chain.find("prio");
        const std::string policy = text(chain, "policy");
        found.push_back({.family = object.family(),
                         .table = object.table(),
                         .name = object.chain(),
                         .hook = text(chain, "hook"),
                         .priority = priority != chain.end() && priority->is_number_integer()
                                         ? priority->get<int>()
                                         : 0,
                         .policy = policy.empty() ? "accept" : policy});
    }
    return found;
}

NftTables hooked_tables(const NftListing& listing)
{
    NftTables tables;
    for (const NftBaseChain& chain : base_chains(listing)) {
        if (!is_of_iptables(chain))
            tables.emplace(chain.family, chain.table);
    }
    return tables;
}

std::vector<NftInterfaceRule> interface_rules(const NftListing& listing)
{
    const NftTables tables = hooked_tables(listing);
    std::vector<NftInterfaceRule> found;
    for (const NftObject& object : *listing.objects) {
        if (object.kind() == "rule" && tables.contains({object.family(), object.table()}))
            collect_interface_rules(object, found);
    }
    return found;
}

std::vector<NftOwnRule> own_rules(const NftListing& listing)
{
    std::vector<NftOwnRule> found;
    for (const NftObject& object : *listing.objects) {
        if (is_own_rule(object))
            found.push_back({.chain = object.chain(), .comment = text(object.body(), "comment")});
    }
    return found;
}

void remove_own_rules(NftListing& listing, const std::function<bool(std::string_view)>& goes)
{
    if (std::ranges::any_of(own_rules(listing), goes, &NftOwnRule::comment))
        std::erase_if(listing.objects.edit(), [&](const NftObject& object) {
            return is_own_rule(object) && goes(text(object.body(), "comment"));
        });
}

} // namespace onlan::model
