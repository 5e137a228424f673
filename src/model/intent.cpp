#include "model/intent.hpp"

#include <algorithm>

namespace onlan::model {

std::string_view attach_mode_name(AttachMode mode) noexcept
{
    return kAttachModeNames.at(static_cast<std::size_t>(mode));
}

const Lan* Intent::find_lan(std::string_view name) const
{
    const auto found = std::ranges::find(lans, name, &Lan::name);
    return found == lans.end() ? nullptr : &*found;
}

} // namespace onlan::model
