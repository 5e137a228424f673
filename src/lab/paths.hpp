#pragma once

#include <vector>

#include "base/result.hpp"
#include "kernel/netns.hpp"
#include "lab/story.hpp"
#include "net/ip_address.hpp"

namespace onlan::lab {

inline constexpr std::uint16_t kServicePort = 9000;   // of whoever has an address on the LAN
inline constexpr std::uint16_t kPublishedPort = 5000; // of the ordinary container "registry"

// Who takes part. The addresses are those of other machines than the namespaces where both are
// containers: `container` asks `second_address`, everybody else asks `container_address`.
struct Everybody {
    const kernel::NetnsHandle& container;
    const kernel::NetnsHandle& pc;
    const kernel::NetnsHandle& host;
    const kernel::NetnsHandle& ordinary;
    net::IpAddress container_address;
    net::IpAddress second_address;
    net::IpAddress registry_address; // on its own network
};

// Every cell of the README's table.
[[nodiscard]] Result<std::vector<Cell>> try_all_paths(const Everybody& all);

// The first address of a container's eth0.
[[nodiscard]] Result<net::IpAddress> first_address(const kernel::NetnsHandle& machine);

} // namespace onlan::lab
