#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

[[nodiscard]] bool calls_ip_hooks(const Device& bridge, const Packet& packet);
// What makes a bridge call them.
[[nodiscard]] Reason by_call(const Device& bridge, net::Family family);
// br_nf_pre_routing() and its three continuations. True: goes on bridging.
[[nodiscard]] bool bridge_nf_prerouting(Run& run, const Device& port, Packet& packet);
[[nodiscard]] bool bridge_nf_forward(Run& run, const Device& in, const Device& out, Packet& packet);
[[nodiscard]] bool bridge_nf_postrouting(Run& run, const Device& out, Packet& packet);
void bridge_nf_local_in(Run& run, Packet& packet);
// br_nf_pre_routing_finish_bridge(): the target of a bridged DNAT is on this bridge.
void bridge_nf_redirect(Run& run, const Device& port, Packet&& packet);

} // namespace onlan::simulate
