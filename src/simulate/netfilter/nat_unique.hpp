#pragma once

#include <optional>

#include "simulate/run/run.hpp"

namespace onlan::simulate {

enum class Manip : std::uint8_t { source, destination };
struct NatRange {
    std::optional<net::IpAddress> first;
    std::optional<net::IpAddress> last;
    std::optional<std::uint16_t> first_port;
    std::optional<std::uint16_t> last_port;
    bool fully_random = false;
};
struct UniqueTuple {
    model::Tuple tuple;
    std::optional<model::PortRange> random;    // the port was picked in this range
    std::optional<model::Conntrack> collision; // because this entry holds the other one
};
// get_unique_tuple()
[[nodiscard]] UniqueTuple
unique_tuple(Run& run, const Connection& connection, const NatRange& range, Manip manip);

} // namespace onlan::simulate
