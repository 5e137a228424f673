#include "plan/changes/sysctl.hpp"

#include <fmt/format.h>

#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

Commands command(const std::string& name, const std::string& value)
{
    return {shell_line({"sysctl", "-w", fmt::format("{}={}", name, value)})};
}

void write(model::Netns& netns, const std::string& name, const std::string& value)
{
    if (const auto found = netns.sysctls.find(name); found != netns.sysctls.end())
        found->second = value;
}

} // namespace

std::string SetSysctl::describe() const
{
    return fmt::format("set {} = {}", name, value);
}

Result<Commands> SetSysctl::commands() const
{
    return command(name, value);
}

bool SetSysctl::holds(const model::Host& host) const
{
    const auto found = host.netns.sysctls.find(name);
    return found != host.netns.sysctls.end() && found->second == value;
}

void SetSysctl::effect(const Place& at) const
{
    write(at.netns, name, value);
}

RestoreSysctl SetSysctl::inverse() const
{
    return {.name = name, .value = previous, .previous = value};
}

SetSysctl SetSysctl::essence() const
{
    return {.name = name, .value = value};
}

std::string RestoreSysctl::describe() const
{
    return fmt::format("set {} back to {}", name, value);
}

Result<Commands> RestoreSysctl::commands() const
{
    return command(name, value);
}

bool RestoreSysctl::holds(const model::Host& host) const
{
    const auto found = host.netns.sysctls.find(name);
    return found == host.netns.sysctls.end() || found->second == value;
}

void RestoreSysctl::effect(const Place& at) const
{
    write(at.netns, name, value);
}

SetSysctl RestoreSysctl::inverse() const
{
    return {.name = name, .value = previous, .previous = value};
}

} // namespace onlan::plan
