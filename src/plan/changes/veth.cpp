#include "plan/changes/veth.hpp"

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {

std::string CreateVeth::describe() const
{
    return fmt::format("create veth cable {} <-> {} (MTU {})", name, peer, mtu);
}

Result<Commands> CreateVeth::commands() const
{
    const std::string size = std::to_string(mtu);
    return Commands{shell_line({"ip", "link", "add", name, "mtu", size, "address", mac.to_string(),
                                "type", "veth", "peer", "name", peer, "mtu", size}),
                    shell_line({"ip", "link", "set", name, "alias", alias}),
                    shell_line({"ip", "link", "set", peer, "alias", alias})};
}

bool CreateVeth::holds(const model::Host& host) const
{
    const model::Link* link = host.netns.find_link(name);
    const model::Link* other = host.netns.find_link(peer);
    return link != nullptr && other != nullptr && link->kind == "veth" &&
           link->peer == other->index;
}

void CreateVeth::effect(const Place& at) const
{
    if (at.netns.find_link(name) != nullptr || at.netns.find_link(peer) != nullptr)
        return;
    const model::Link end{.kind = "veth", .alias = alias, .mtu = mtu, .ethernet = true};
    model::Link outer = end;
    outer.name = name;
    outer.mac = mac;
    model::Link inner = end;
    inner.name = peer;
    // veth_newlink() registers the peer first.
    inner.index = add_link(at.netns, inner);
    outer.peer = inner.index;
    outer.index = add_link(at.netns, outer);
    find_link(at.netns, peer)->peer = outer.index;
}

DeleteVeth CreateVeth::inverse() const
{
    return {.name = name, .peer = peer, .mac = mac, .mtu = mtu, .alias = alias};
}

CreateVeth CreateVeth::essence() const
{
    return {.name = name, .peer = peer};
}

std::string DeleteVeth::describe() const
{
    return fmt::format("delete veth cable {} <-> {}", name, peer);
}

Result<Commands> DeleteVeth::commands() const
{
    return Commands{shell_line({"ip", "link", "del", name})};
}

bool DeleteVeth::holds(const model::Host& host) const
{
    return !carries(host.netns.find_link(name), alias);
}

void DeleteVeth::effect(const Place& at) const
{
    if (carries(at.netns.find_link(name), alias))
        delete_link(at, name);
}

CreateVeth DeleteVeth::inverse() const
{
    return {.name = name, .peer = peer, .mac = mac, .mtu = mtu, .alias = alias};
}

} // namespace onlan::plan
