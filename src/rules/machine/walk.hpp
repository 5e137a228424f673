#pragma once

#include <vector>

#include "rules/machine/program.hpp"

namespace onlan::rules {

// Sends one packet through a base chain. Where the way hangs on something unknown, the walk forks.
[[nodiscard]] std::vector<ChainOutcome>
walk(const BaseChain& chain, const PacketView& packet, const Context& context);

} // namespace onlan::rules
