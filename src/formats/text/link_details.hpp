#pragma once

#include <string_view>

#include "model/link.hpp"

namespace onlan::formats::text {

// A line with which `ip -details link` tells what kind of device a link is, or a port of what:
// "bridge forward_delay 1500 …", "macvlan mode bridge". Whether it was one.
[[nodiscard]] bool read_link_details(std::string_view line, model::Link& link);

} // namespace onlan::formats::text
