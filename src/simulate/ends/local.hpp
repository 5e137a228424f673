#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

void deliver_locally(Run& run, const Device& device, const Packet& packet);
[[nodiscard]] Reason by_live(const Run& run, const LiveSocket& socket);
// tcp_v4_send_reset()
void send_tcp_reset(Run& run, const Packet& about);

} // namespace onlan::simulate
