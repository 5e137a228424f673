#include "plan/changes/stp.hpp"

#include <fmt/format.h>

#include "plan/changes/netns_effects.hpp"
#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

bool runs(const model::Link* bridge)
{
    return bridge != nullptr && bridge->bridge && bridge->bridge->stp;
}

} // namespace

std::string StartStp::describe() const
{
    return fmt::format("turn on STP on {} to prevent loops", bridge);
}

Result<Commands> StartStp::commands() const
{
    return Commands{shell_line({"ip", "link", "set", bridge, "type", "bridge", "stp_state", "1"})};
}

bool StartStp::holds(const model::Host& host) const
{
    return runs(host.netns.find_link(bridge));
}

void StartStp::effect(const Place& at) const
{
    if (model::Link* link = find_link(at.netns, bridge); link != nullptr && !runs(link))
        start_stp(*link);
}

StopStp StartStp::inverse() const
{
    return {.bridge = bridge};
}

std::string StopStp::describe() const
{
    return "turn off STP on " + bridge;
}

Result<Commands> StopStp::commands() const
{
    return Commands{shell_line({"ip", "link", "set", bridge, "type", "bridge", "stp_state", "0"})};
}

bool StopStp::holds(const model::Host& host) const
{
    return !runs(host.netns.find_link(bridge));
}

void StopStp::effect(const Place& at) const
{
    if (model::Link* link = find_link(at.netns, bridge); runs(link))
        stop_stp(at.netns, *link);
}

StartStp StopStp::inverse() const
{
    return {.bridge = bridge};
}

} // namespace onlan::plan
