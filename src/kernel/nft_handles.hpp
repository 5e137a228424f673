#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace onlan::kernel {

// The numbers by which the rules of one chain of nftables are known, in their order. `family` is
// NFPROTO_*. A dump of a whole table would cost the square of its rules: the kernel counts them
// anew for each piece of the answer (__nf_tables_dump_rules()).
[[nodiscard]] Result<std::vector<std::uint64_t>>
rule_handles(std::uint8_t family, const std::string& table, const std::string& chain);

} // namespace onlan::kernel
