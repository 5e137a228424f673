#include "plan/attach/modes.hpp"

#include <array>

namespace onlan::plan {

const Attachment& attachment(model::AttachMode mode)
{
    // In the order of model::AttachMode.
    constexpr std::array kModes = {&docker_bridge, &macvlan};
    static_assert(kModes.size() == model::kAttachModeNames.size());
    return kModes.at(static_cast<std::size_t>(mode))();
}

} // namespace onlan::plan
