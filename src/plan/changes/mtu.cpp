#include "plan/changes/mtu.hpp"

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

Commands command(const std::string& link, std::uint32_t mtu)
{
    return {shell_line({"ip", "link", "set", link, "mtu", std::to_string(mtu)})};
}

bool has(const model::Link* link, std::uint32_t mtu)
{
    return link != nullptr && link->mtu == mtu;
}

void set_mtu(model::Link* link, std::uint32_t mtu)
{
    if (link != nullptr)
        link->mtu = mtu;
}

} // namespace

std::string SetMtu::describe() const
{
    return fmt::format("set the MTU of {} to {}", link, mtu);
}

Result<Commands> SetMtu::commands() const
{
    return command(link, mtu);
}

bool SetMtu::holds(const model::Host& host) const
{
    return has(host.netns.find_link(link), mtu);
}

void SetMtu::effect(const Place& at) const
{
    set_mtu(find_link(at.netns, link), mtu);
}

RestoreMtu SetMtu::inverse() const
{
    return {.link = link, .mtu = previous, .previous = mtu};
}

SetMtu SetMtu::essence() const
{
    return {.link = link};
}

std::string RestoreMtu::describe() const
{
    return fmt::format("set the MTU of {} back to {}", link, mtu);
}

Result<Commands> RestoreMtu::commands() const
{
    return command(link, mtu);
}

bool RestoreMtu::holds(const model::Host& host) const
{
    const model::Link* found = host.netns.find_link(link);
    return found == nullptr || has(found, mtu);
}

void RestoreMtu::effect(const Place& at) const
{
    set_mtu(find_link(at.netns, link), mtu);
}

SetMtu RestoreMtu::inverse() const
{
    return {.link = link, .mtu = previous, .previous = mtu};
}

} // namespace onlan::plan
