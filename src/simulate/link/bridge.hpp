#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// br_handle_frame()
void bridge_receive(Run& run, const Device& port, Packet&& packet);
// br_handle_frame_finish()
void bridge_decide(Run& run, const Device& port, Packet&& packet);
// br_dev_xmit()
void bridge_transmit(Run& run, const Device& bridge, Packet&& packet);

} // namespace onlan::simulate
