#pragma once

#include <cstdint>
#include <optional>

#include "model/conntrack.hpp"
#include "net/protocols.hpp"
#include "rules/rule_set.hpp"
#include "simulate/ip/fib.hpp"

namespace onlan::simulate {

struct Device;
struct Connection;

using net::kEtherArp;
using net::kEtherIpv4;
using net::kEtherIpv6;
using net::kIcmp;
using net::kIcmpv6;
using net::kTcp;
using net::kUdp;

using net::kAck;
using net::kFin;
using net::kPsh;
using net::kRst;
using net::kSyn;

struct Ethernet {
    net::MacAddress source;
    net::MacAddress destination;
    std::uint16_t type = 0; // 0: not set yet, the family of what it carries tells it
    std::optional<std::uint16_t> vlan;
};

// What of the options of a TCP header decides anything.
struct TcpOptions {
    std::optional<std::uint16_t> mss; // of a SYN
    std::optional<std::uint8_t> scale;
    bool sack_permitted = false;
};

// The IP header and what of the protocol in it decides anything.
struct Ip {
    net::IpAddress source;
    net::IpAddress destination;
    std::uint8_t protocol = 0;
    std::uint8_t ttl = 64;
    std::uint8_t tos = 0;
    std::uint16_t length = 0;
    bool dont_fragment = true;
    std::uint16_t source_port = 0; // ICMP: the identifier
    std::uint16_t destination_port = 0;
    std::uint8_t tcp_flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledged = 0;
    std::uint16_t window = 0;
    std::optional<std::uint32_t> sack_edge; // the right edge of the highest block received
    TcpOptions options;
    std::uint16_t payload = 0; // bytes after the TCP or UDP header
    // Bytes of it in each packet on the wire, where several carry it: a GSO packet (gso_size), or
    // a datagram that its sender fragments. 0: one does.
    std::uint16_t segment = 0;
    bool asks = false;     // the payload is what a client asks, and not an answer
    std::uint16_t mtu = 0; // of ICMP's "fragmentation needed" and "packet too big"
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;
    std::optional<model::Tuple> inner; // an ICMP error is about this packet

    [[nodiscard]] bool icmp() const { return net::is_icmp(protocol); }
    [[nodiscard]] bool icmp_error() const;
};

// ARP, or a neighbour solicitation or advertisement of IPv6, which say the same.
struct Arp {
    bool reply = false;
    net::MacAddress sender_mac;
    net::IpAddress sender;
    net::IpAddress target;
};

// struct nf_bridge_info: what br_netfilter remembers of a packet.
struct BridgeInfo {
    const Device* physical_in = nullptr;
    const Device* physical_out = nullptr;
    bool otherhost = false;
    bool in_prerouting = false;
    bool sabotage_in_done = false;
    bool bridged_dnat = false;
    net::IpAddress daddr;       // before PREROUTING
    net::MacAddress source_mac; // saved by bridged DNAT (neigh_header)
};

// The routing decision on a packet (skb_dst()).
struct Destination {
    enum class Input : std::uint8_t { local, forward, error };
    Input input = Input::local;
    const Device* out = nullptr;
    std::optional<net::IpAddress> gateway;
    RouteError error = RouteError::none;
    const model::Route* route = nullptr;
    bool broadcast = false;
    bool redirect = false; // IPSKB_DOREDIRECT: the sender could take a shorter way
};

// skb->_nfct
struct Tracking {
    rules::CtState state = rules::CtState::invalid;
    rules::CtDirection direction = rules::CtDirection::original;
    Connection* connection = nullptr;
    bool seen = false; // conntrack has run: "invalid" means something
    rules::CtZone zone;
};

// struct sk_buff
struct Packet {
    const Device* device = nullptr;
    Ethernet ethernet;
    rules::PacketType type = rules::PacketType::host;
    Ip ip;
    std::optional<Arp> arp;
    std::uint32_t mark = 0;
    std::uint32_t priority = 0;
    Tracking ct;
    std::optional<BridgeInfo> bridge;
    std::optional<Destination> destination;
    std::optional<std::uint32_t> owner;  // uid of the local socket that sends it
    bool local_out = false;              // sent by this namespace, not forwarded
    bool broute = false;                 // a rule wants it off the bridge (br_netfilter_broute)
    std::optional<rules::Tproxy> tproxy; // a rule hands it to this socket (nf_tproxy_assign_sock())
    unsigned number = 0;                 // in the trace

    [[nodiscard]] net::Family family() const { return ip.source.family(); }
    // Not neighbour discovery, whose packets are IPv6.
    [[nodiscard]] bool is_arp() const { return arp && family() == net::Family::ipv4; }
};

// skb_is_gso()
[[nodiscard]] bool is_gso(const Ip& ip);
// Of the largest packet on the wire.
[[nodiscard]] std::uint32_t wire_length(const Ip& ip);
[[nodiscard]] model::Tuple tuple_of(const Ip& ip);
// nf_ct_invert_tuple()
[[nodiscard]] model::Tuple inverted(const model::Tuple& tuple);
// The header of the RST that answers a segment: tcp_v4_send_reset(), nf_reject_ip_tcphdr_put().
[[nodiscard]] Ip reset_to(const Ip& segment);
// nf_conntrack_attach(): what is sent back belongs to the connection of what it is about.
[[nodiscard]] Tracking related_to(const Tracking& ct);
// "S", "SA", "PA"…
[[nodiscard]] std::string tcp_flag_letters(std::uint8_t flags);
// "SYN+ACK"
[[nodiscard]] std::string tcp_flag_words(std::uint8_t flags);
// "echo-request", "unreachable/3"…
[[nodiscard]] std::string icmp_word(std::uint8_t protocol, std::uint8_t type, std::uint8_t code);
[[nodiscard]] std::string_view ct_word(const Tracking& ct);

} // namespace onlan::simulate
