#pragma once

#include "plan/attach/attachment.hpp"

namespace onlan::plan {

// The modes of this version. Each is defined in the file of its name.
[[nodiscard]] const Attachment& docker_bridge();
[[nodiscard]] const Attachment& macvlan();

} // namespace onlan::plan
