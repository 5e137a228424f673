#pragma once

#include <nlohmann/json_fwd.hpp>

namespace onlan::apply {

// A change as version 1 of the journal wrote it, in the words of today. Throws
// nlohmann::json::exception on what that version would not have written.
void upgrade_from_version_1(nlohmann::json& value);

} // namespace onlan::apply
