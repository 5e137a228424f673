#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/numbered.hpp"

// Names that nft, iptables and ip6tables print for numbers.
namespace onlan::rules {

using Symbol = NamedNumber;

[[nodiscard]] std::optional<std::uint32_t> find_symbol(std::span<const Symbol> symbols,
                                                       std::string_view name);

[[nodiscard]] std::span<const Symbol> protocols();   // IPPROTO_*
[[nodiscard]] std::span<const Symbol> ether_types(); // ETH_P_*
[[nodiscard]] std::span<const Symbol> services();    // most of /etc/services
[[nodiscard]] std::span<const Symbol> icmp_types();
[[nodiscard]] std::span<const Symbol> icmpv6_types();
[[nodiscard]] std::span<const Symbol> icmp_codes(); // of destination-unreachable
[[nodiscard]] std::span<const Symbol> icmpv6_codes();
[[nodiscard]] std::span<const Symbol> icmpx_codes(); // NFT_REJECT_ICMPX_*
[[nodiscard]] std::span<const Symbol> tcp_flags();
[[nodiscard]] std::span<const Symbol> ct_states();   // as Field::ct_state has them
[[nodiscard]] std::span<const Symbol> ct_statuses(); // IPS_*
[[nodiscard]] std::span<const Symbol> ct_directions();
[[nodiscard]] std::span<const Symbol> packet_types();  // PACKET_*
[[nodiscard]] std::span<const Symbol> address_types(); // RTN_*
[[nodiscard]] std::span<const Symbol> nf_protocols();  // NFPROTO_*
[[nodiscard]] std::span<const Symbol> arp_operations();
[[nodiscard]] std::span<const Symbol> dscps();         // and the two bits of ECN beside it
[[nodiscard]] std::span<const Symbol> device_types();  // ARPHRD_*
[[nodiscard]] std::span<const Symbol> device_groups(); // of /etc/iproute2/group

} // namespace onlan::rules
