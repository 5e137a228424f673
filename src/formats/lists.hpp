#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/conntrack.hpp"

namespace onlan::formats {

// What `conntrack -L` prints, or /proc/net/nf_conntrack holds. An error names the line.
[[nodiscard]] Result<std::vector<model::Conntrack>> parse_conntrack_list(std::string_view text);

// What `sysctl -a` prints. Of it only what is of the network is kept. An error names the line.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_sysctl_list(std::string_view text);

} // namespace onlan::formats
