#pragma once

#include <string>

#include "model/host.hpp"
#include "model/intent.hpp"
#include "plan/findings.hpp"

namespace onlan::plan {

// Nobody else's link may have the name of one that is to be made for the LAN.
void check_name_is_free(const model::Lan& lan,
                        const std::string& name,
                        const model::Host& host,
                        Findings& findings);

} // namespace onlan::plan
