#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// ndisc_solicit(): asks who has `target`, for the sake of a packet of this source and number.
void solicit_neighbour(Run& run,
                       const Device& out,
                       const net::IpAddress& target,
                       const net::IpAddress& source,
                       unsigned number);
// What is behind PREROUTING.
void neighbour_discovery_receive(Run& run, const Device& device, const Packet& received);

} // namespace onlan::simulate
