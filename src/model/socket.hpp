#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/ip_address.hpp"

namespace onlan::model {

// A socket that waits for packets: a TCP listener, or an unconnected UDP socket.
struct Socket {
    std::uint8_t protocol = 0; // IPPROTO_TCP or IPPROTO_UDP
    net::IpAddress address;    // of its family; all zero: any
    std::uint16_t port = 0;
    bool ipv6_only = false;  // an IPv6 socket that takes no IPv4
    int link = 0;            // index of the device that it is bound to (SO_BINDTODEVICE); 0: none
    std::uint32_t mark = 0;  // SO_MARK; 0 where the kernel does not say
    std::uint32_t owner = 0; // uid
    std::optional<bool> transparent; // IP_TRANSPARENT; absent where the kernel does not say
    std::uint64_t inode = 0;
    std::string program; // of the process that holds it; empty where unknown

    friend bool operator==(const Socket&, const Socket&) = default;
};

} // namespace onlan::model
