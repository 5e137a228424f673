#pragma once

#include <cstdint>

namespace onlan::net {

// IPPROTO_* of include/uapi/linux/in.h.
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kDccp = 33;
inline constexpr std::uint8_t kGre = 47;
inline constexpr std::uint8_t kIcmpv6 = 58;
inline constexpr std::uint8_t kSctp = 132;
inline constexpr std::uint8_t kUdplite = 136;

// ETH_P_* of include/uapi/linux/if_ether.h.
inline constexpr std::uint16_t kEtherIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherArp = 0x0806;
inline constexpr std::uint16_t kEtherIpv6 = 0x86DD;

// NFPROTO_* of include/uapi/linux/netfilter.h.
inline constexpr std::uint8_t kNfprotoIpv4 = 2;
inline constexpr std::uint8_t kNfprotoBridge = 7;
inline constexpr std::uint8_t kNfprotoIpv6 = 10;

} // namespace onlan::net
