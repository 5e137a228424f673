#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "net/ip_address.hpp"
#include "net/mac_address.hpp"

namespace onlan::kernel {

// The frames that ask whether an address is in use, and the answers to them. Pure; every read is
// checked.

// ARP probe of RFC 5227, section 2.1.1: sender address 0.0.0.0, so that nobody's cache is changed
// by the question.
[[nodiscard]] std::vector<std::uint8_t> arp_probe(const net::MacAddress& from,
                                                  const net::IpAddress& wanted);

// Neighbour solicitation of RFC 4862, section 5.4.2, from the unspecified address. The frame begins
// at the Ethernet header.
[[nodiscard]] std::vector<std::uint8_t> neighbour_solicitation(const net::MacAddress& from,
                                                               const net::IpAddress& wanted);

struct ProbeAnswer {
    net::IpAddress address;
    net::MacAddress mac;

    friend bool operator==(const ProbeAnswer&, const ProbeAnswer&) = default;
};

// Whose address a frame says it is: an ARP reply (or another's probe for the same address), or a
// neighbour advertisement. Nothing for any other frame.
[[nodiscard]] std::optional<ProbeAnswer> answer_in(std::span<const std::uint8_t> frame);

} // namespace onlan::kernel
