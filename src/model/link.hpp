#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/mac_address.hpp"
#include "net/prefix.hpp"

namespace onlan::model {

// Whether a bridge hands its frames to the IP firewall: IFLA_BR_NF_CALL_*, OR-ed by the kernel with
// the sysctls net.bridge.bridge-nf-call-* (net/bridge/br_netfilter_hooks.c, br_nf_pre_routing()).
struct NfCall {
    bool iptables = false;
    bool ip6tables = false;
    bool arptables = false;

    friend bool operator==(const NfCall&, const NfCall&) = default;
};

struct Bridge {
    bool stp = false;
    std::uint32_t forward_delay = 0; // centiseconds (USER_HZ)
    bool vlan_filtering = false;
    bool multicast_snooping = true;
    NfCall nf_call;

    friend bool operator==(const Bridge&, const Bridge&) = default;
};

// BR_STATE_* of include/uapi/linux/if_bridge.h, in the kernel's order.
enum class PortState : std::uint8_t { disabled, listening, learning, forwarding, blocking };

struct BridgePort {
    PortState state = PortState::disabled;
    bool hairpin = false;
    bool isolated = false;
    bool learning = true;

    friend bool operator==(const BridgePort&, const BridgePort&) = default;
};

// A network device. `kind` is IFLA_INFO_KIND: "bridge", "veth", "macvlan"…; empty for hardware.
struct Link {
    int index = 0;
    std::string name;
    std::string kind;
    std::string alias; // IFLA_IFALIAS: where onlan writes that a link is its own
    std::optional<net::MacAddress> mac;
    std::uint32_t mtu = 0;
    bool up = false;      // IFF_UP, what was asked
    bool carrier = false; // IFLA_CARRIER, what is there
    bool loopback = false;
    bool ethernet = false;   // ARPHRD_ETHER
    int master = 0;          // index; 0: none
    std::string master_kind; // IFLA_INFO_SLAVE_KIND: "bridge", "bond"…
    int peer = 0;            // IFLA_LINK: a veth's other end, a macvlan's lower device; 0: none
    std::optional<int> peer_netnsid; // set when `peer` is an index in another namespace
    std::optional<Bridge> bridge;
    std::optional<BridgePort> port;
    bool wireless = false;

    friend bool operator==(const Link&, const Link&) = default;
};

// A lifetime that does not end (INFINITY_LIFE_TIME of net/ipv6/addrconf.c and net/ipv4/devinet.c).
inline constexpr std::uint32_t kForever = 0xFFFFFFFF;
// RT_TABLE_MAIN
inline constexpr std::uint32_t kTableMain = 254;

struct Address {
    int link = 0; // index
    net::InterfaceAddress local;
    std::optional<net::IpAddress> peer; // point-to-point links only
    std::optional<net::IpAddress> broadcast;
    std::uint8_t scope = 0;             // RT_SCOPE_*
    std::uint32_t flags = 0;            // IFA_F_*
    std::uint8_t protocol = 0;          // IFAPROT_*: who made it; 0 where the kernel does not say
    std::uint32_t metric = 0;           // IFA_RT_PRIORITY of the prefix route; 0: the default
    std::uint32_t valid = kForever;     // seconds
    std::uint32_t preferred = kForever; // seconds
    std::string label;

    friend bool operator==(const Address&, const Address&) = default;
};

// One of several of a route.
struct NextHop {
    int link = 0;                         // index of the output device
    std::uint8_t flags = 0;               // RTNH_F_*: what a user can ask for (onlink)
    std::uint8_t weight = 0;              // one less than what ip(8) calls it
    std::vector<std::uint8_t> attributes; // the gateway, as the kernel gave it

    friend bool operator==(const NextHop&, const NextHop&) = default;
};

struct Route {
    net::Prefix destination; // also tells the family
    std::uint32_t table = kTableMain;
    std::uint8_t type = 1;     // RTN_*
    std::uint8_t protocol = 0; // RTPROT_*
    std::uint8_t scope = 0;    // RT_SCOPE_*
    std::uint8_t tos = 0;
    std::uint32_t flags = 0;               // RTNH_F_*: what a user can ask for (onlink)
    std::optional<net::IpAddress> gateway; // may be IPv6 for an IPv4 route (RTA_VIA)
    std::optional<net::IpAddress> preferred_source;
    int link = 0; // index of the output device; 0: none
    std::uint32_t metric = 0;
    std::uint32_t expires = 0;   // seconds; 0: never
    std::uint8_t preference = 0; // ICMPV6_ROUTER_PREF_*; 0: medium
    bool multipath = false;      // several next hops, instead of `link` and `gateway`
    std::vector<NextHop> next_hops;
    std::vector<std::uint8_t>
        metrics; // payload of RTA_METRICS as the kernel gave it (mtu, advmss…)

    friend bool operator==(const Route&, const Route&) = default;
};

// A policy routing rule. What onlan does not need to understand stays as the kernel's own bytes, so
// that a rule can be written again exactly as it was.
struct Rule {
    net::Family family = net::Family::ipv4;
    std::uint32_t priority = 0;
    std::string input_interface;      // FRA_IIFNAME
    std::string output_interface;     // FRA_OIFNAME
    std::vector<std::uint8_t> header; // struct fib_rule_hdr
    std::vector<std::uint8_t> rest;   // the other attributes, as they came

    friend bool operator==(const Rule&, const Rule&) = default;
};

struct Neighbour {
    int link = 0; // index
    net::IpAddress address;
    std::optional<net::MacAddress> mac;
    std::uint16_t state = 0; // NUD_*

    friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

struct FdbEntry {
    int port = 0;   // index of the device behind which `mac` lives
    int bridge = 0; // index; 0: the device's own filter (NTF_SELF)
    net::MacAddress mac;
    std::uint16_t vlan = 0;  // 0: untagged
    std::uint16_t state = 0; // NUD_*: NUD_PERMANENT for the bridge's own addresses

    friend bool operator==(const FdbEntry&, const FdbEntry&) = default;
};

} // namespace onlan::model
