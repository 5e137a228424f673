#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/rtnetlink.hpp"
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
    std::uint32_t forward_delay = 0;   // centiseconds (USER_HZ)
    std::uint32_t ageing_time = 30000; // centiseconds
    std::uint16_t group_fwd_mask = 0;  // bit N: frames to 01:80:c2:00:00:0N are forwarded
    bool vlan_filtering = false;
    std::uint16_t vlan_protocol = 0x8100;
    std::uint16_t default_pvid = 1; // of new ports; 0: none
    bool multicast_snooping = true;
    bool multicast_querier = false;
    std::uint32_t options = 0;                    // bits of enum br_boolopt_id
    std::optional<std::uint32_t> fdb_max_learned; // 0: no limit; absent: a kernel without limits
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
    bool flood = true;       // unknown unicast
    bool mcast_flood = true; // multicast
    bool bcast_flood = true; // broadcast
    bool locked = false;     // only known source addresses may enter
    bool mab = false;        // and unknown ones become locked entries
    bool mcast_to_unicast = false;
    bool proxy_arp = false;
    bool proxy_arp_wifi = false;
    bool neigh_suppress = false;
    bool vlan_tunnel = false;
    std::uint8_t multicast_router = 1; // MDB_RTR_TYPE_*
    std::uint16_t group_fwd_mask = 0;
    int backup_port = 0; // index: takes over while there is no carrier; 0: none

    friend bool operator==(const BridgePort&, const BridgePort&) = default;
};

// VLANs of a bridge's port, or of the bridge itself: first to last, both included.
struct VlanRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    bool pvid = false;     // what comes in untagged belongs here
    bool untagged = false; // what goes out loses its tag

    friend bool operator==(const VlanRange&, const VlanRange&) = default;
};

enum class MacvlanMode : std::uint8_t { private_, vepa, bridge, passthru, source };
// In the kernel's order (enum ipvlan_mode).
enum class IpvlanMode : std::uint8_t { l2, l3, l3s };

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
    std::vector<VlanRange> vlans; // of a bridge that filters VLANs, and of its ports
    std::optional<MacvlanMode> macvlan_mode;
    std::optional<IpvlanMode> ipvlan_mode;
    std::optional<std::uint16_t> vlan; // of an 802.1Q device
    std::uint16_t vlan_protocol = 0;   // of the same: 0x8100 or 0x88a8
    std::uint32_t vrf_table = 0;       // of a VRF; 0: it is none
    std::uint32_t group = 0;
    bool arp = true;              // not IFF_NOARP
    bool promiscuous = false;     // IFLA_PROMISCUITY, whoever asked for it
    bool backup = false;          // a port that its bond does not listen to now (BOND_STATE_BACKUP)
    bool xdp = false;             // a program sees packets before the stack does
    bool traffic_control = false; // filters at ingress or egress can (a clsact or ingress qdisc)
    bool wireless = false;

    friend bool operator==(const Link&, const Link&) = default;
};

// A lifetime that does not end (INFINITY_LIFE_TIME of net/ipv6/addrconf.c and net/ipv4/devinet.c).
inline constexpr std::uint32_t kForever = 0xFFFFFFFF;

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

// One of a multipath route's next hops.
struct NextHop {
    std::optional<net::IpAddress> gateway;
    int link = 0;                    // index
    unsigned weight = 1;             // 1 to 256
    std::uint8_t flags = 0;          // RTNH_F_*
    std::vector<std::uint8_t> other; // its further attributes (RTA_ENCAP, RTA_FLOW…), as they came

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
    bool encapsulated = false; // a light-weight tunnel (RTA_ENCAP); what it does is not decoded
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
