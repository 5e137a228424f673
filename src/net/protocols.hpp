#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/numbered.hpp"

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

[[nodiscard]] constexpr bool is_icmp(std::uint8_t protocol) noexcept
{
    return protocol == kIcmp || protocol == kIcmpv6;
}

// The names that programs print for them: those of /etc/protocols. Of several the first is ours.
inline constexpr auto kProtocolNames = std::to_array<NamedNumber>({{"ip", 0},
                                                                   {"hopopt", 0},
                                                                   {"icmp", kIcmp},
                                                                   {"igmp", 2},
                                                                   {"ggp", 3},
                                                                   {"ipencap", 4},
                                                                   {"ipv4", 4},
                                                                   {"ip-encap", 4},
                                                                   {"st", 5},
                                                                   {"tcp", kTcp},
                                                                   {"egp", 8},
                                                                   {"igp", 9},
                                                                   {"pup", 12},
                                                                   {"udp", kUdp},
                                                                   {"hmp", 20},
                                                                   {"xns-idp", 22},
                                                                   {"rdp", 27},
                                                                   {"iso-tp4", 29},
                                                                   {"dccp", kDccp},
                                                                   {"xtp", 36},
                                                                   {"ddp", 37},
                                                                   {"idpr-cmtp", 38},
                                                                   {"ipv6", 41},
                                                                   {"ipv6-route", 43},
                                                                   {"ipv6-frag", 44},
                                                                   {"idrp", 45},
                                                                   {"rsvp", 46},
                                                                   {"gre", kGre},
                                                                   {"esp", 50},
                                                                   {"ipsec-esp", 50},
                                                                   {"ah", 51},
                                                                   {"ipsec-ah", 51},
                                                                   {"skip", 57},
                                                                   {"icmpv6", kIcmpv6},
                                                                   {"ipv6-icmp", kIcmpv6},
                                                                   {"ipv6-nonxt", 59},
                                                                   {"ipv6-opts", 60},
                                                                   {"rspf", 73},
                                                                   {"vmtp", 81},
                                                                   {"eigrp", 88},
                                                                   {"ospf", 89},
                                                                   {"ospfigp", 89},
                                                                   {"ax.25", 93},
                                                                   {"ipip", 94},
                                                                   {"etherip", 97},
                                                                   {"encap", 98},
                                                                   {"pim", 103},
                                                                   {"ipcomp", 108},
                                                                   {"comp", 108},
                                                                   {"vrrp", 112},
                                                                   {"l2tp", 115},
                                                                   {"isis", 124},
                                                                   {"sctp", kSctp},
                                                                   {"fc", 133},
                                                                   {"mobility-header", 135},
                                                                   {"ipv6-mh", 135},
                                                                   {"udplite", kUdplite},
                                                                   {"mpls-in-ip", 137},
                                                                   {"manet", 138},
                                                                   {"hip", 139},
                                                                   {"shim6", 140},
                                                                   {"wesp", 141},
                                                                   {"rohc", 142},
                                                                   {"ethernet", 143},
                                                                   {"mptcp", 262}});

// Empty where it has none.
[[nodiscard]] constexpr std::string_view protocol_name(std::uint8_t protocol)
{
    const auto* const found = std::ranges::find(kProtocolNames, protocol, &NamedNumber::number);
    return found == kProtocolNames.end() ? std::string_view{} : found->name;
}

// ICMP_* of include/uapi/linux/icmp.h.
inline constexpr std::uint8_t kIcmpEchoReply = 0;
inline constexpr std::uint8_t kIcmpDestUnreach = 3;
inline constexpr std::uint8_t kIcmpSourceQuench = 4;
inline constexpr std::uint8_t kIcmpRedirect = 5;
inline constexpr std::uint8_t kIcmpEcho = 8;
inline constexpr std::uint8_t kIcmpTimeExceeded = 11;
inline constexpr std::uint8_t kIcmpParameterProb = 12;
inline constexpr std::uint8_t kIcmpTimestamp = 13;
inline constexpr std::uint8_t kIcmpTimestampReply = 14;
inline constexpr std::uint8_t kIcmpInfoRequest = 15;
inline constexpr std::uint8_t kIcmpInfoReply = 16;
inline constexpr std::uint8_t kIcmpAddress = 17;
inline constexpr std::uint8_t kIcmpAddressReply = 18;
// Codes of kIcmpDestUnreach.
inline constexpr std::uint8_t kIcmpNetUnreach = 0;
inline constexpr std::uint8_t kIcmpHostUnreach = 1;
inline constexpr std::uint8_t kIcmpProtUnreach = 2;
inline constexpr std::uint8_t kIcmpPortUnreach = 3;
inline constexpr std::uint8_t kIcmpFragNeeded = 4;
inline constexpr std::uint8_t kIcmpNetUnknown = 6;
inline constexpr std::uint8_t kIcmpNetAno = 9;
inline constexpr std::uint8_t kIcmpHostAno = 10;
inline constexpr std::uint8_t kIcmpNetUnrTos = 11;
inline constexpr std::uint8_t kIcmpHostUnrTos = 12;
inline constexpr std::uint8_t kIcmpPktFiltered = 13;
// And of kIcmpRedirect and kIcmpTimeExceeded.
inline constexpr std::uint8_t kIcmpRedirHost = 1;
inline constexpr std::uint8_t kIcmpExcTtl = 0;

// ICMPV6_* of include/uapi/linux/icmpv6.h, NDISC_* of include/net/ndisc.h.
inline constexpr std::uint8_t kIcmpv6DestUnreach = 1;
inline constexpr std::uint8_t kIcmpv6PktTooBig = 2;
inline constexpr std::uint8_t kIcmpv6TimeExceed = 3;
inline constexpr std::uint8_t kIcmpv6ParamProb = 4;
inline constexpr std::uint8_t kIcmpv6EchoRequest = 128;
inline constexpr std::uint8_t kIcmpv6EchoReply = 129;
inline constexpr std::uint8_t kIcmpv6MgmQuery = 130;
inline constexpr std::uint8_t kNdiscNeighbourSolicitation = 135;
inline constexpr std::uint8_t kNdiscNeighbourAdvertisement = 136;
inline constexpr std::uint8_t kNdiscRedirect = 137;
inline constexpr std::uint8_t kIcmpv6Mld2Report = 143;
// Codes of kIcmpv6DestUnreach.
inline constexpr std::uint8_t kIcmpv6NoRoute = 0;
inline constexpr std::uint8_t kIcmpv6AdmProhibited = 1;
inline constexpr std::uint8_t kIcmpv6NotNeighbour = 2;
inline constexpr std::uint8_t kIcmpv6AddrUnreach = 3;
inline constexpr std::uint8_t kIcmpv6PortUnreach = 4;
inline constexpr std::uint8_t kIcmpv6PolicyFail = 5;
inline constexpr std::uint8_t kIcmpv6RejectRoute = 6;
// And of kIcmpv6TimeExceed and kIcmpv6ParamProb.
inline constexpr std::uint8_t kIcmpv6ExcHopLimit = 0;
inline constexpr std::uint8_t kIcmpv6UnkNextHdr = 1;

// Bits of the TCP header, as they stand in its 14th byte.
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;

// ETH_P_* of include/uapi/linux/if_ether.h.
inline constexpr std::uint16_t kEtherIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherArp = 0x0806;
inline constexpr std::uint16_t kEther8021q = 0x8100;
inline constexpr std::uint16_t kEtherIpv6 = 0x86DD;
inline constexpr std::uint16_t kEther8021ad = 0x88A8;

// NFPROTO_* of include/uapi/linux/netfilter.h.
inline constexpr std::uint8_t kNfprotoIpv4 = 2;
inline constexpr std::uint8_t kNfprotoBridge = 7;
inline constexpr std::uint8_t kNfprotoIpv6 = 10;

} // namespace onlan::net
