#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::plan {

// Policy rules in the words of systemd.network(5), and in those of netplan(5), of which there are
// fewer. A rule that a format has no words for becomes a comment with the command that makes it.
[[nodiscard]] Result<std::string> networkd_rules(const std::vector<model::Rule>& rules);
[[nodiscard]] Result<std::string> netplan_rules(const std::vector<model::Rule>& rules);

} // namespace onlan::plan
