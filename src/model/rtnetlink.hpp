#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/numbered.hpp"

// What the numbers of routes, addresses and neighbours mean, and iproute2's words for them. The
// layers that are pure include no system header.
namespace onlan::model {

// RT_TABLE_* of include/uapi/linux/rtnetlink.h
inline constexpr std::uint32_t kTableDefault = 253;
inline constexpr std::uint32_t kTableMain = 254;
inline constexpr std::uint32_t kTableLocal = 255;
inline constexpr auto kTables = std::to_array<NamedNumber>(
    {{"default", kTableDefault}, {"main", kTableMain}, {"local", kTableLocal}});

// RTN_*
enum class RouteType : std::uint8_t {
    unspec,
    unicast,
    local,
    broadcast,
    anycast,
    multicast,
    blackhole,
    unreachable,
    prohibit,
    throw_,
};
// As Route::type has it.
[[nodiscard]] constexpr std::uint8_t number(RouteType type)
{
    return static_cast<std::uint8_t>(type);
}
inline constexpr std::array<std::string_view, 12> kRouteTypes = {
    "unspec",    "unicast",     "local",    "broadcast", "anycast", "multicast",
    "blackhole", "unreachable", "prohibit", "throw",     "nat",     "xresolve"};

// RTPROT_*: who made a route
inline constexpr std::uint8_t kProtocolKernel = 2;
inline constexpr std::uint8_t kProtocolBoot = 3; // what ip(8) writes unless told otherwise
inline constexpr std::uint8_t kProtocolRa = 9;   // learnt from a router advertisement
inline constexpr std::uint8_t kProtocolDhcp = 16;
inline constexpr auto kRouteProtocols = std::to_array<NamedNumber>({{"unspec", 0},
                                                                    {"redirect", 1},
                                                                    {"kernel", kProtocolKernel},
                                                                    {"boot", kProtocolBoot},
                                                                    {"static", 4},
                                                                    {"ra", kProtocolRa},
                                                                    {"zebra", 11},
                                                                    {"bird", 12},
                                                                    {"dhcp", kProtocolDhcp}});

// RT_SCOPE_*
inline constexpr std::uint8_t kScopeUniverse = 0;
inline constexpr std::uint8_t kScopeLink = 253;
inline constexpr std::uint8_t kScopeHost = 254;
inline constexpr auto kScopes = std::to_array<NamedNumber>({{"global", kScopeUniverse},
                                                            {"site", 200},
                                                            {"link", kScopeLink},
                                                            {"host", kScopeHost},
                                                            {"nowhere", 255}});

// IP6_RT_PRIO_ADDRCONF of include/net/ip6_route.h
inline constexpr std::uint32_t kMetricOfIpv6Prefixes = 256;

// RTNH_F_*, of Route::flags and NextHop::flags
inline constexpr std::uint32_t kNextHopDead = 0x1;
inline constexpr std::uint32_t kOnlink = 0x4;
inline constexpr std::uint32_t kNextHopLinkdown = 0x10;
// RTNH_COMPARE_MASK (dead, offload, linkdown, trap): what a next hop's flags say of the moment.
// nh_comp() of net/ipv4/fib_semantics.c leaves them aside, too.
inline constexpr std::uint8_t kNextHopState = 0x59;

// IFA_F_* of include/uapi/linux/if_addr.h
inline constexpr std::uint32_t kAddressSecondary = 0x1;
inline constexpr std::uint32_t kAddressTemporary = kAddressSecondary; // of an IPv6 address
inline constexpr std::uint32_t kAddressDeprecated = 0x20;
inline constexpr std::uint32_t kAddressTentative = 0x40;
inline constexpr std::uint32_t kAddressPermanent = 0x80;
inline constexpr std::uint32_t kAddressNoPrefixRoute = 0x200;
// Those that a user can ask for.
inline constexpr auto kAddressFlags =
    std::to_array<NamedNumber>({{"nodad", 0x02},
                                {"optimistic", 0x04},
                                {"home", 0x10},
                                {"mngtmpaddr", 0x100},
                                {"noprefixroute", kAddressNoPrefixRoute},
                                {"autojoin", 0x400}});

// NUD_* of include/uapi/linux/neighbour.h
inline constexpr std::uint16_t kNudIncomplete = 0x01;
inline constexpr std::uint16_t kNudReachable = 0x02;
inline constexpr std::uint16_t kNudStale = 0x04;
inline constexpr std::uint16_t kNudDelay = 0x08;
inline constexpr std::uint16_t kNudProbe = 0x10;
inline constexpr std::uint16_t kNudFailed = 0x20;
inline constexpr std::uint16_t kNudNoarp = 0x40;
inline constexpr std::uint16_t kNudPermanent = 0x80;
// NUD_VALID of include/net/neighbour.h
inline constexpr std::uint16_t kNudValid =
    kNudPermanent | kNudNoarp | kNudReachable | kNudProbe | kNudStale | kNudDelay;
inline constexpr auto kNeighbourStates = std::to_array<NamedNumber>({{"INCOMPLETE", kNudIncomplete},
                                                                     {"REACHABLE", kNudReachable},
                                                                     {"STALE", kNudStale},
                                                                     {"DELAY", kNudDelay},
                                                                     {"PROBE", kNudProbe},
                                                                     {"FAILED", kNudFailed},
                                                                     {"NOARP", kNudNoarp},
                                                                     {"PERMANENT", kNudPermanent}});

} // namespace onlan::model
