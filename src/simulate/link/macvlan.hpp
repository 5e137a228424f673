#pragma once

#include "simulate/link/devices.hpp"

namespace onlan::simulate {

void macvlan_transmit(Run& run, const Device& device, Packet&& packet);
[[nodiscard]] Taken macvlan_receive(Run& run, const Device& lower, const Packet& packet);

} // namespace onlan::simulate
