#include "plan/holds.hpp"

#include <algorithm>

#include "plan/names.hpp"

namespace onlan::plan {
namespace {

bool same_hop(const model::NextHop& one, const model::NextHop& other)
{
    return one.gateway == other.gateway && one.link == other.link && one.weight == other.weight &&
           ((one.flags ^ other.flags) & ~model::kNextHopState) == 0 && one.other == other.other;
}

// By what the kernel tells routes of one link apart (net/ipv4/fib_trie.c, fib_table_insert()).
bool same_route(const model::Route& one, const model::Route& other)
{
    return one.table == other.table && one.destination == other.destination &&
           one.metric == other.metric && one.type == other.type && one.gateway == other.gateway &&
           one.tos == other.tos && std::ranges::equal(one.next_hops, other.next_hops, same_hop);
}

class Holds {
public:
    explicit Holds(const model::Host& host) : host_(host) {}

    bool operator()(const CreateBridge& change) const
    {
        const model::Link* link = host_.netns.find_link(change.name);
        return link != nullptr && link->kind == "bridge";
    }

    bool operator()(const AdoptBridge& change) const
    {
        const model::Link* link = host_.netns.find_link(change.name);
        return link != nullptr && link->alias == change.alias;
    }

    bool operator()(const CreateVeth& change) const
    {
        const model::Link* link = host_.netns.find_link(change.name);
        const model::Link* peer = host_.netns.find_link(change.peer);
        return link != nullptr && peer != nullptr && link->kind == "veth" &&
               link->peer == peer->index;
    }

    bool operator()(const SetMaster& change) const
    {
        const model::Link* link = host_.netns.find_link(change.link);
        const model::Link* master = host_.netns.find_link(change.master);
        return link != nullptr && master != nullptr && link->master == master->index;
    }

    bool operator()(const SetUp& change) const
    {
        const model::Link* link = host_.netns.find_link(change.link);
        return link != nullptr && link->up;
    }

    bool operator()(const SetMtu& change) const
    {
        const model::Link* link = host_.netns.find_link(change.link);
        return link != nullptr && link->mtu == change.mtu;
    }

    bool operator()(const StartStp& change) const
    {
        const model::Link* bridge = host_.netns.find_link(change.bridge);
        return bridge != nullptr && bridge->bridge && bridge->bridge->stp;
    }

    bool operator()(const SetSysctl& change) const
    {
        const auto found = host_.netns.sysctls.find(change.name);
        return found != host_.netns.sysctls.end() && found->second == change.value;
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
        return std::ranges::find(host_.netns.policy_rules, change.after) !=
               host_.netns.policy_rules.end();
    }

    bool operator()(const AddNotrack& change) const
    {
        return std::ranges::find(host_.own_rules, change.comment, &model::NftOwnRule::comment) !=
               host_.own_rules.end();
    }

    bool operator()(const InsertXtablesRule& change) const
    {
        const auto* ruleset = host_.netns.find_xtables(change.backend, change.family);
        const auto* chain =
            ruleset != nullptr ? ruleset->find_chain(change.table, change.chain) : nullptr;
        return chain != nullptr && std::ranges::any_of(chain->rules, [&](const auto& rule) {
                   return model::comment_of(rule.words) == model::comment_of(change.rule);
               });
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
        const model::Link* link = host_.netns.find_link(name);
        return link != nullptr &&
               std::ranges::any_of(host_.netns.addresses, [&](const model::Address& other) {
                   return other.link == link->index && other.local == address.local;
               });
    }

    [[nodiscard]] bool has_route(const std::string& name, const model::Route& route) const
    {
        const model::Link* link = host_.netns.find_link(name);
        if (link == nullptr)
            return false;
        model::Route wanted = route;
        for (model::NextHop& hop : wanted.next_hops)
            hop.link = hop.link != 0 ? hop.link : link->index;
        return std::ranges::any_of(host_.netns.routes, [&](const model::Route& other) {
            return (other.multipath || other.link == link->index) && same_route(other, wanted);
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

// However it became onlan's.
std::string_view bridge_name(const Change& change)
{
    if (const auto* created = std::get_if<CreateBridge>(&change))
        return created->name;
    const auto* adopted = std::get_if<AdoptBridge>(&change);
    return adopted != nullptr ? adopted->name : std::string_view{};
}

} // namespace

bool holds(const Change& change, const model::Host& host)
{
    return std::visit(Holds{host}, change);
}

bool is_marked(const Change& change, const model::Host& host)
{
    const auto has_alias = [&](const auto& link) {
        const model::Link* found = host.netns.find_link(link.name);
        return found != nullptr && found->alias == link.alias;
    };
    if (const auto* bridge = std::get_if<CreateBridge>(&change))
        return has_alias(*bridge);
    if (const auto* cable = std::get_if<CreateVeth>(&change))
        return has_alias(*cable);
    // These are only known by their mark.
    const bool known_by_mark = std::holds_alternative<AddNotrack>(change) ||
                               std::holds_alternative<InsertXtablesRule>(change) ||
                               std::holds_alternative<CreateDockerNetwork>(change);
    return known_by_mark && holds(change, host);
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
    if (const auto name = bridge_name(one); !name.empty())
        return name == bridge_name(other);
    if (const auto* a = std::get_if<CreateVeth>(&one)) {
        const auto* b = std::get_if<CreateVeth>(&other);
        return b != nullptr && a->name == b->name && a->peer == b->peer;
    }
    if (const auto* a = std::get_if<AddAddress>(&one)) {
        const auto* b = std::get_if<AddAddress>(&other);
        return b != nullptr && a->link == b->link && a->address.local == b->address.local;
    }
    if (const auto* a = std::get_if<AddRoute>(&one)) {
        const auto* b = std::get_if<AddRoute>(&other);
        return b != nullptr && a->link == b->link && same_route(a->route, b->route);
    }
    if (const auto* a = std::get_if<SetMtu>(&one)) {
        const auto* b = std::get_if<SetMtu>(&other);
        return b != nullptr && a->link == b->link;
    }
    return one == other;
}

} // namespace onlan::plan
