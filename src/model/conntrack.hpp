#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/ip_address.hpp"

namespace onlan::model {

// One direction of a tracked connection: struct nf_conntrack_tuple.
struct Tuple {
    net::IpAddress source;
    net::IpAddress destination;
    std::uint8_t protocol = 0;          // IPPROTO_*
    std::uint16_t source_port = 0;      // ICMP: the identifier
    std::uint16_t destination_port = 0; // ICMP: type * 256 + code

    friend auto operator<=>(const Tuple&, const Tuple&) = default;
};

// As `conntrack -L` writes it: "tcp", "udp", "icmp", "icmpv6", "gre", "sctp" or "unknown".
[[nodiscard]] std::string_view protocol_name(std::uint8_t protocol);

// IPS_* of include/uapi/linux/netfilter/nf_conntrack_common.h.
inline constexpr std::uint32_t kExpected = 1U << 0U;
inline constexpr std::uint32_t kSeenReply = 1U << 1U;
inline constexpr std::uint32_t kAssured = 1U << 2U;
inline constexpr std::uint32_t kConfirmed = 1U << 3U;
inline constexpr std::uint32_t kSourceNat = 1U << 4U;
inline constexpr std::uint32_t kDestinationNat = 1U << 5U;
inline constexpr std::uint32_t kSourceNatDone = 1U << 7U;
inline constexpr std::uint32_t kDestinationNatDone = 1U << 8U;
inline constexpr std::uint32_t kDying = 1U << 9U;

// An entry of the connection tracking table (struct nf_conn), as `conntrack -L` lists it.
struct Conntrack {
    Tuple original;
    Tuple reply;
    std::uint16_t zone_original = 0;
    std::uint16_t zone_reply = 0;
    std::uint32_t status = 0;  // IPS_*
    std::uint32_t timeout = 0; // seconds left
    std::uint32_t mark = 0;
    std::uint8_t tcp_state = 0;          // enum tcp_conntrack
    std::uint8_t tcp_flags_original = 0; // IP_CT_TCP_FLAG_*
    std::uint8_t tcp_flags_reply = 0;
    std::uint8_t tcp_scale_original = 0; // window scale
    std::uint8_t tcp_scale_reply = 0;

    // A line of `conntrack -L` or of /proc/net/nf_conntrack. What it does not say of the status is
    // what it implies: an entry that was seen both ways unless it says [UNREPLIED], translated
    // where its two directions do not mirror each other.
    [[nodiscard]] static Result<Conntrack> parse(std::string_view text);
    // The same line, with the status, the TCP flags and the window scales behind it: nothing is
    // lost.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const Conntrack&, const Conntrack&) = default;
};

// A connection that a helper waits for (struct nf_conntrack_expect).
struct Expectation {
    Tuple tuple;
    Tuple mask;
    Tuple master; // the original tuple of the connection that announced it
    std::uint32_t timeout = 0;
    std::string helper;

    friend bool operator==(const Expectation&, const Expectation&) = default;
};

} // namespace onlan::model
