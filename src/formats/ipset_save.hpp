#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ipset.hpp"

namespace onlan::formats {

// What `ipset save` prints. An error names the line.
[[nodiscard]] Result<std::vector<model::IpSet>> parse_ipset_save(std::string_view text);

} // namespace onlan::formats
