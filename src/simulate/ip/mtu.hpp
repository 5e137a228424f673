#pragma once

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// How large packets may be, in bytes of IP.
constexpr std::uint32_t kLargestPacket = 65535;

// dst_mtu(): of what this namespace sends.
[[nodiscard]] std::uint32_t
path_mtu(const Run& run, const Namespace& netns, const Destination& way, const net::IpAddress& to);
// ip_dst_mtu_maybe_forward(), ip6_dst_mtu_maybe_forward()
[[nodiscard]] std::uint32_t forwarding_mtu(const Destination& way);
// __ip_rt_update_pmtu(), __ip6_rt_update_pmtu()
void learn_mtu(Run& run, const Namespace& netns, const net::IpAddress& to, std::uint16_t mtu);

// ip_exceeds_mtu(), ip6_pkt_too_big(): may not be sent on as it is.
[[nodiscard]] bool exceeds_mtu(const Ip& ip, std::uint32_t mtu);
// ip_fragment(): what is larger goes on in parts.
void fragment(Ip& ip, std::uint32_t mtu);
// is_skb_forwardable(): of a GSO packet it does not look at the size.
[[nodiscard]] bool exceeds_frame(const Ip& ip, std::uint32_t room);

} // namespace onlan::simulate
