#include "plan/changes/up.hpp"

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {

std::string SetUp::describe() const
{
    return fmt::format("set {} up", link);
}

Result<Commands> SetUp::commands() const
{
    return Commands{shell_line({"ip", "link", "set", link, "up"})};
}

bool SetUp::holds(const model::Host& host) const
{
    const model::Link* found = host.netns.find_link(link);
    return found != nullptr && found->up;
}

void SetUp::effect(const Place& at) const
{
    if (model::Link* found = find_link(at.netns, link); found != nullptr && !found->up)
        set_up(at, *found);
}

SetDown SetUp::inverse() const
{
    return {.link = link};
}

std::string SetDown::describe() const
{
    return fmt::format("set {} down", link);
}

Result<Commands> SetDown::commands() const
{
    return Commands{shell_line({"ip", "link", "set", link, "down"})};
}

bool SetDown::holds(const model::Host& host) const
{
    const model::Link* found = host.netns.find_link(link);
    return found == nullptr || !found->up;
}

void SetDown::effect(const Place& at) const
{
    if (model::Link* found = find_link(at.netns, link); found != nullptr && found->up)
        set_down(at, *found);
}

SetUp SetDown::inverse() const
{
    return {.link = link};
}

} // namespace onlan::plan
