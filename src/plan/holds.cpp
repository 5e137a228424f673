#include "plan/holds.hpp"

#include <algorithm>

#include "plan/names.hpp"

namespace onlan::plan {
namespace {

// The value after "--comment" in a rule's arguments; empty when it has none.
std::string_view comment_of(const std::vector<std::string>& rule)
{
    const auto flag = std::ranges::find(rule, "--comment");
    return flag == rule.end() || flag + 1 == rule.end() ? std::string_view{} : *(flag + 1);
}

class Holds {
public:
    explicit Holds(const model::Host& host) : host_(host) {}

    bool operator()(const CreateBridge& change) const
    {
        const model::Link* link = host_.find_link(change.name);
        return link != nullptr && link->kind == "bridge";
    }

    bool operator()(const CreateVeth& change) const
    {
        const model::Link* link = host_.find_link(change.name);
        const model::Link* peer = host_.find_link(change.peer);
        return link != nullptr && peer != nullptr && link->kind == "veth" &&
               link->peer == peer->index;
    }

    bool operator()(const SetMaster& change) const
    {
        const model::Link* link = host_.find_link(change.link);
        const model::Link* master = host_.find_link(change.master);
        return link != nullptr && master != nullptr && link->master == master->index;
    }

    bool operator()(const SetUp& change) const
    {
        const model::Link* link = host_.find_link(change.link);
        return link != nullptr && link->up;
    }

    bool operator()(const SetSysctl& change) const
    {
        return host_.sysctl(change.name) == change.value;
    }

    bool operator()(const AddAddress& change) const
    {
        return has_address(change.link, change.address);
    }
    bool operator()(const RemoveAddress& change) const
    {
        return !has_address(change.link, change.address);
    }
    bool operator()(const AddRoute& change) const { return has_route(change.link, change.route); }
    bool operator()(const RemoveRoute& change) const
    {
        return !has_route(change.link, change.route);
    }

    bool operator()(const ReplaceRule& change) const
    {
        return std::ranges::find(host_.rules, change.after) != host_.rules.end();
    }

    bool operator()(const AddNotrack& change) const
    {
        return std::ranges::find(host_.own_rules, change.comment, &model::NftOwnRule::comment) !=
               host_.own_rules.end();
    }

    bool operator()(const InsertXtablesRule& change) const
    {
        const auto* ruleset = host_.find_xtables(change.backend, change.family);
        const auto* chain =
            ruleset != nullptr ? ruleset->find_chain(change.table, change.chain) : nullptr;
        return chain != nullptr && std::ranges::find(chain->rules, comment_of(change.rule),
                                                     [](const model::XtablesRule& rule) {
                                                         return comment_of(rule.words);
                                                     }) != chain->rules.end();
    }

    bool operator()(const CreateDockerNetwork& change) const
    {
        const auto* network =
            host_.docker ? host_.docker->find_network(change.network.name) : nullptr;
        return network != nullptr && same_object(change, CreateDockerNetwork{.network = *network});
    }

private:
    [[nodiscard]] bool has_address(const std::string& name, const model::Address& address) const
    {
        const model::Link* link = host_.find_link(name);
        return link != nullptr &&
               std::ranges::any_of(host_.addresses, [&](const model::Address& other) {
                   return other.link == link->index && other.local == address.local;
               });
    }

    // The key by which the kernel tells routes apart (net/ipv4/fib_trie.c, fib_table_insert()): of
    // two that agree in it the second is refused.
    [[nodiscard]] bool has_route(const std::string& name, const model::Route& route) const
    {
        const model::Link* link = host_.find_link(name);
        return link != nullptr && std::ranges::any_of(host_.routes, [&](const model::Route& other) {
                   return other.link == link->index && other.table == route.table &&
                          other.destination == route.destination && other.metric == route.metric &&
                          other.gateway == route.gateway && other.tos == route.tos;
               });
    }

    const model::Host& host_;
};

bool same_network(const model::DockerNetwork& one, const model::DockerNetwork& other)
{
    const auto same_subnet = [](const model::DockerSubnet& a, const model::DockerSubnet& b) {
        return a.subnet == b.subnet && a.gateway == b.gateway && a.range == b.range;
    };
    return one.name == other.name && one.driver == other.driver && one.ipv6 == other.ipv6 &&
           one.options == other.options && one.labels == other.labels &&
           std::ranges::equal(one.subnets, other.subnets, same_subnet);
}

} // namespace

bool holds(const Change& change, const model::Host& host)
{
    return std::visit(Holds{host}, change);
}

bool same_object(const Change& one, const Change& other)
{
    if (const auto* a = std::get_if<CreateDockerNetwork>(&one)) {
        const auto* b = std::get_if<CreateDockerNetwork>(&other);
        return b != nullptr && same_network(a->network, b->network);
    }
    if (const auto* a = std::get_if<SetSysctl>(&one)) {
        const auto* b = std::get_if<SetSysctl>(&other);
        return b != nullptr && a->name == b->name && a->value == b->value;
    }
    if (const auto* a = std::get_if<CreateBridge>(&one)) {
        const auto* b = std::get_if<CreateBridge>(&other);
        return b != nullptr && a->name == b->name;
    }
    if (const auto* a = std::get_if<CreateVeth>(&one)) {
        const auto* b = std::get_if<CreateVeth>(&other);
        return b != nullptr && a->name == b->name && a->peer == b->peer;
    }
    return one == other;
}

} // namespace onlan::plan
