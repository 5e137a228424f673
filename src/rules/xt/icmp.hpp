#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace onlan::rules::xt {

// "echo-request", "host-unreachable", "8/0": the type in the upper byte and the code in the lower,
// as ipset keeps them in the place of a port.
[[nodiscard]] Result<std::uint16_t> icmp_port(std::string_view text, bool ipv4);

} // namespace onlan::rules::xt
