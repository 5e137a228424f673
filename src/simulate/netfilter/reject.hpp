#pragma once

#include "rules/rule_set.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {

void send_reject(Run& run, const Packet& packet, const HookCall& call, const rules::Reject& reject);

} // namespace onlan::simulate
