#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace onlan::simulate {

// "IP:PORT/PROTO", "[IP6]:PORT/PROTO", "IP/icmp" or "container:NAME:PORT/PROTO", taken apart. PROTO
// is tcp where it is left out.
struct Target {
    std::string where;         // an address, or the name of a namespace
    std::uint16_t port = 0;    // 0 with ICMP
    std::uint8_t protocol = 0; // IPPROTO_TCP, IPPROTO_UDP or IPPROTO_ICMP

    [[nodiscard]] static Result<Target> parse(std::string_view text);
    [[nodiscard]] std::string_view protocol_name() const;
};

} // namespace onlan::simulate
