#include "model/intent.hpp"

#include <algorithm>

namespace onlan::model {

std::string_view attach_mode_name(AttachMode mode) noexcept
{
    switch (mode) {
    case AttachMode::switch_:
        return "switch";
    case AttachMode::bridge:
        return "bridge";
    case AttachMode::macvlan:
        return "macvlan";
    case AttachMode::docker_bridge:
        return "docker-bridge";
    }
    return {};
}

const Lan* Intent::find_lan(std::string_view name) const
{
    const auto found = std::ranges::find(lans, name, &Lan::name);
    return found == lans.end() ? nullptr : &*found;
}

} // namespace onlan::model
