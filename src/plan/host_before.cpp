#include "plan/host_before.hpp"

#include <algorithm>
#include <ranges>

#include "model/nft_outline.hpp"
#include "plan/changes/netns_effects.hpp"
#include "plan/names.hpp"

namespace onlan::plan {
namespace {

constexpr std::string_view kMark = "onlan:";

bool is_marked(std::string_view text)
{
    return text.starts_with(kMark);
}

void remove_rules(model::Netns& host, const auto& is_removed)
{
    model::remove_own_rules(host.nftables, is_removed);
    for (model::XtablesRuleset& ruleset : host.xtables) {
        for (auto& [table, chains] : ruleset.tables) {
            for (auto& [name, chain] : chains)
                std::erase_if(chain.edit().rules, [&](const auto& rule) {
                    return is_removed(model::comment_of(rule.words));
                });
        }
    }
}

// What a bridge carries goes back to the first of its ports.
void give_back(model::Netns& host, const model::Uplink& uplink)
{
    const model::Link* bridge = host.find_link(uplink.bridge);
    const model::Link* port = uplink.ports.empty() ? nullptr : host.find_link(uplink.ports.front());
    if (bridge == nullptr || port == nullptr || !is_marked(bridge->alias))
        return;
    for (model::Address& address : host.addresses) {
        if (address.link == bridge->index)
            address.link = port->index;
        if (address.label == bridge->name)
            address.label = port->name;
    }
    for (model::Route& route : host.routes) {
        if (route.link == bridge->index)
            route.link = port->index;
    }
    for (model::Rule& rule : host.policy_rules) {
        for (std::string* name : {&rule.input_interface, &rule.output_interface}) {
            if (*name == bridge->name)
                *name = port->name;
        }
    }
}

void remove_marked(model::Snapshot& snapshot, const model::Intent& intent)
{
    model::Netns& host = snapshot.namespaces.front();
    for (const model::Lan& lan : intent.lans)
        give_back(host, lan.uplink);
    std::vector<std::string> own_links;
    for (const model::Link& link : host.links) {
        if (is_marked(link.alias))
            own_links.push_back(link.name);
    }
    for (const std::string& name : own_links)
        delete_link({.snapshot = snapshot, .netns = host}, name);
    remove_rules(host, is_marked);
    if (snapshot.docker)
        std::erase_if(snapshot.docker->networks, [](const model::DockerNetwork& network) {
            return network.labels.contains(std::string(kDockerLabel));
        });
}

} // namespace

model::Snapshot
host_before(model::Snapshot snapshot, const Ledger& ledger, const model::Intent& intent)
{
    for (const Entry& entry : ledger | std::views::reverse)
        effect(snapshot, inverse(entry.change));
    remove_marked(snapshot, intent);
    return snapshot;
}

} // namespace onlan::plan
