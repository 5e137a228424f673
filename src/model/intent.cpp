#include "model/intent.hpp"

#include <algorithm>

namespace onlan::model {

std::string_view attach_mode_name(AttachMode mode) noexcept
{
    return kAttachModeNames.at(static_cast<std::size_t>(mode));
}

std::optional<AttachMode> find_attach_mode(std::string_view name) noexcept
{
    const auto found = std::ranges::find(kAttachModeNames, name);
    if (found == kAttachModeNames.end())
        return std::nullopt;
    return static_cast<AttachMode>(found - kAttachModeNames.begin());
}

const Lan* Intent::find_lan(std::string_view name) const
{
    const auto found = std::ranges::find(lans, name, &Lan::name);
    return found == lans.end() ? nullptr : &*found;
}

} // namespace onlan::model
