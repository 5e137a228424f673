#include "plan/changes/port.hpp"

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

bool is_port(const model::Link* link, const model::Link* master)
{
    return link != nullptr && master != nullptr && link->master == master->index;
}

} // namespace

std::string SetMaster::describe() const
{
    return fmt::format("make {} a port of {}", link, master);
}

Result<Commands> SetMaster::commands() const
{
    return Commands{shell_line({"ip", "link", "set", link, "master", master})};
}

bool SetMaster::holds(const model::Host& host) const
{
    return is_port(host.netns.find_link(link), host.netns.find_link(master));
}

// do_set_master() takes the link out of where it was.
void SetMaster::effect(const Place& at) const
{
    model::Link* port = find_link(at.netns, link);
    const model::Link* bridge = at.netns.find_link(master);
    if (port == nullptr || bridge == nullptr || is_port(port, bridge))
        return;
    release_port(at.netns, *port);
    make_port(at.netns, *port, *bridge);
}

ReleasePort SetMaster::inverse() const
{
    return {.link = link, .master = master};
}

std::string ReleasePort::describe() const
{
    return fmt::format("take {} out of {}", link, master);
}

Result<Commands> ReleasePort::commands() const
{
    return Commands{shell_line({"ip", "link", "set", link, "nomaster"})};
}

bool ReleasePort::holds(const model::Host& host) const
{
    return !is_port(host.netns.find_link(link), host.netns.find_link(master));
}

void ReleasePort::effect(const Place& at) const
{
    if (model::Link* port = find_link(at.netns, link); is_port(port, at.netns.find_link(master)))
        release_port(at.netns, *port);
}

SetMaster ReleasePort::inverse() const
{
    return {.link = link, .master = master};
}

} // namespace onlan::plan
