#pragma once

#include <cstdint>

#include "model/host.hpp"
#include "model/intent.hpp"

namespace onlan::plan {

// The smallest MTU of the ports, as the kernel gives it to their bridge
// (net/bridge/br_if.c, br_mtu_auto_adjust()).
[[nodiscard]] std::uint32_t smallest_mtu(const std::vector<std::string>& ports,
                                         const model::Host& host);

// Of the uplink bridge, or of the one that is still to be made.
[[nodiscard]] std::uint32_t uplink_mtu(const model::Uplink& uplink, const model::Host& host);

} // namespace onlan::plan
