#pragma once

#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {

// nf_nat_inet_fn(). False: dropped.
[[nodiscard]] bool nat_hook(Run& run, Packet& packet, const HookCall& call);

} // namespace onlan::simulate
