#include "plan/host_before.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "model/nft_outline.hpp"
#include "plan/names.hpp"

namespace onlan::plan {
namespace {

constexpr std::string_view kMark = "onlan:";

bool is_marked(std::string_view text)
{
    return text.starts_with(kMark);
}

// A link with everything that hangs on it.
void remove_link(model::Netns& host, const std::string& name)
{
    const model::Link* link = host.find_link(name);
    if (link == nullptr)
        return;
    const int index = link->index;
    std::erase_if(host.links, [&](const model::Link& one) { return one.index == index; });
    std::erase_if(host.addresses, [&](const model::Address& one) { return one.link == index; });
    std::erase_if(host.routes, [&](const model::Route& one) { return one.link == index; });
    std::erase_if(host.neighbours, [&](const model::Neighbour& one) { return one.link == index; });
    std::erase_if(host.fdb, [&](const model::FdbEntry& one) {
        return one.port == index || one.bridge == index;
    });
    for (model::Link& port : host.links) {
        if (port.master == index) {
            port.master = 0;
            port.master_kind.clear();
            port.port.reset();
        }
    }
    model::for_each_device_folder([&](const auto& folder) {
        std::erase_if(host.sysctls, [prefix = model::sysctl_prefix(folder.name, name)](
                                        const auto& one) { return one.first.starts_with(prefix); });
    });
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

// Takes back one change, as `down` would, in the model.
class TakeBack {
public:
    explicit TakeBack(model::Snapshot& snapshot)
        : host_(snapshot.namespaces.front()), docker_(snapshot.docker)
    {}

    void operator()(const CreateBridge& c) { remove_link(host_, c.name); }
    void operator()(const AdoptBridge& c) { remove_link(host_, c.name); }
    void operator()(const CreateVeth& c)
    {
        remove_link(host_, c.name);
        remove_link(host_, c.peer);
    }
    void operator()(const SetMaster& c)
    {
        model::Link* link = find(c.link);
        const model::Link* master = find(c.master);
        if (link == nullptr || master == nullptr || link->master != master->index)
            return;
        link->master = 0;
        link->master_kind.clear();
        link->port.reset();
    }
    void operator()(const SetUp& c)
    {
        if (model::Link* link = find(c.link))
            link->up = false;
    }
    void operator()(const SetMtu& c)
    {
        if (model::Link* link = find(c.link))
            link->mtu = c.previous;
    }
    void operator()(const StartStp& c)
    {
        if (model::Link* link = find(c.bridge); link != nullptr && link->bridge)
            link->bridge->stp = false;
    }
    void operator()(const SetSysctl& c)
    {
        const auto found = host_.sysctls.find(c.name);
        if (found != host_.sysctls.end())
            found->second = c.previous;
    }
    void operator()(const AddAddress& c)
    {
        if (const model::Link* link = find(c.link))
            std::erase_if(host_.addresses, [&](const model::Address& one) {
                return one.link == link->index && one.local == c.address.local;
            });
    }
    void operator()(const RemoveAddress& c)
    {
        if (const model::Link* link = find(c.link)) {
            host_.addresses.push_back(c.address);
            host_.addresses.back().link = link->index;
        }
    }
    void operator()(const AddRoute& c)
    {
        if (const model::Link* link = find(c.link))
            std::erase_if(host_.routes, [&](const model::Route& one) {
                return one.link == link->index && one.table == c.route.table &&
                       one.destination == c.route.destination && one.metric == c.route.metric;
            });
    }
    void operator()(const RemoveRoute& c)
    {
        if (const model::Link* link = find(c.link)) {
            host_.routes.push_back(c.route);
            host_.routes.back().link = link->index;
        }
    }
    void operator()(const ReplaceRule& c)
    {
        std::ranges::replace(host_.policy_rules, c.after, c.before);
    }
    void operator()(const AddNotrack& c) { remove_rules_with(c.comment); }
    void operator()(const InsertXtablesRule& c) { remove_rules_with(model::comment_of(c.rule)); }
    void operator()(const CreateDockerNetwork& c)
    {
        if (docker_)
            std::erase_if(docker_->networks, [&](const model::DockerNetwork& one) {
                return one.name == c.network.name && one.labels == c.network.labels;
            });
    }

private:
    model::Link* find(const std::string& name)
    {
        const auto found = std::ranges::find(host_.links, name, &model::Link::name);
        return found == host_.links.end() ? nullptr : &*found;
    }

    void remove_rules_with(std::string_view comment)
    {
        remove_rules(host_, [&](std::string_view one) { return one == comment; });
    }

    model::Netns& host_;
    std::optional<model::DockerEngine>& docker_;
};

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
        remove_link(host, name);
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
    TakeBack take_back(snapshot);
    for (const Entry& entry : ledger | std::views::reverse)
        std::visit(take_back, entry.change);
    remove_marked(snapshot, intent);
    return snapshot;
}

} // namespace onlan::plan
