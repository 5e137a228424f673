#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/firewall.hpp"

namespace onlan::formats {

// What `iptables-save` prints, with or without counters (-c). An error names the line.
[[nodiscard]] Result<model::XtablesRuleset>
parse_iptables_save(std::string_view text, model::XtablesBackend backend, net::Family family);

} // namespace onlan::formats
