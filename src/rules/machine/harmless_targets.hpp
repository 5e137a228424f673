#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace onlan::rules {

// Targets of x_tables that decide nothing about where the packet goes. nftables names them too,
// where a rule of iptables-nft holds one.
[[nodiscard]] constexpr bool is_harmless_target(std::string_view target)
{
    constexpr auto kHarmless = std::to_array<std::string_view>(
        {"LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "CHECKSUM", "TCPOPTSTRIP", "CONNSECMARK",
         "SECMARK", "TEE", "SET", "LED", "RATEEST", "IDLETIMER", "ECN", "SYSRQ", "ACCOUNT"});
    return std::ranges::find(kHarmless, target) != kHarmless.end();
}

} // namespace onlan::rules
