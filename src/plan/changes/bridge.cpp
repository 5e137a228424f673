#include "plan/changes/bridge.hpp"

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {

std::string CreateBridge::describe() const
{
    return fmt::format("create bridge {} (MTU {}{})", name, mtu,
                       mac ? ", MAC " + mac->to_string() : "");
}

Result<Commands> CreateBridge::commands() const
{
    Argv words = {"ip", "link", "add", name, "mtu", std::to_string(mtu)};
    if (mac)
        append(words, {"address", mac->to_string()});
    append(words, {"type", "bridge", "stp_state", "0", "forward_delay", "0"});
    return Commands{shell_line(words), shell_line({"ip", "link", "set", name, "alias", alias})};
}

bool CreateBridge::holds(const model::Host& host) const
{
    const model::Link* link = host.netns.find_link(name);
    return link != nullptr && link->kind == "bridge";
}

void CreateBridge::effect(const Place& at) const
{
    if (at.netns.find_link(name) == nullptr)
        add_link(at.netns, {.name = name,
                            .kind = "bridge",
                            .alias = alias,
                            .mac = mac,
                            .mtu = mtu,
                            .ethernet = true,
                            .bridge = model::Bridge{}});
}

DeleteBridge CreateBridge::inverse() const
{
    return {.name = name, .mac = mac, .mtu = mtu, .alias = alias};
}

// However it became onlan's.
CreateBridge CreateBridge::essence() const
{
    return {.name = name};
}

std::string AdoptBridge::describe() const
{
    return fmt::format("take over bridge {}, which Docker made", name);
}

Result<Commands> AdoptBridge::commands() const
{
    return Commands{shell_line({"ip", "link", "set", name, "alias", alias})};
}

bool AdoptBridge::holds(const model::Host& host) const
{
    return carries(host.netns.find_link(name), alias);
}

void AdoptBridge::effect(const Place& at) const
{
    if (model::Link* link = find_link(at.netns, name))
        link->alias = alias;
}

DeleteBridge AdoptBridge::inverse() const
{
    return {.name = name, .alias = alias};
}

CreateBridge AdoptBridge::essence() const
{
    return {.name = name};
}

std::string DeleteBridge::describe() const
{
    return "delete bridge " + name;
}

Result<Commands> DeleteBridge::commands() const
{
    return Commands{shell_line({"ip", "link", "del", name})};
}

bool DeleteBridge::holds(const model::Host& host) const
{
    return !carries(host.netns.find_link(name), alias);
}

void DeleteBridge::effect(const Place& at) const
{
    if (carries(at.netns.find_link(name), alias))
        delete_link(at, name);
}

CreateBridge DeleteBridge::inverse() const
{
    return {.name = name, .mac = mac, .mtu = mtu, .alias = alias};
}

} // namespace onlan::plan
