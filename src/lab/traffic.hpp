#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kernel/netns.hpp"
#include "model/trace.hpp"
#include "net/ip_address.hpp"

namespace onlan::lab {

enum class Protocol : std::uint8_t { tcp, udp, icmp };

[[nodiscard]] std::string_view protocol_name(Protocol protocol) noexcept;

// IPv4. ICMP has no port.
struct Target {
    net::IpAddress address;
    std::uint16_t port = 0;
};

// How long a client waits for each answer.
inline constexpr std::chrono::milliseconds kPatience{1000};

// One exchange of a client in `client`, as its program sees it. The error is the client's own
// trouble, never the network's.
[[nodiscard]] Result<model::Outcome>
exchange(const kernel::NetnsHandle& client, Protocol protocol, const Target& target);

// Answers TCP and UDP on `port` in `server`, at every IPv4 address, from a process of its own that
// outlives this one; its pid. It is listening when this returns.
[[nodiscard]] Result<pid_t> start_server(const kernel::NetnsHandle& server, std::uint16_t port);

} // namespace onlan::lab
