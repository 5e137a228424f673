#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "model/conntrack.hpp"
#include "model/link.hpp"
#include "net/ip_address.hpp"
#include "net/mac_address.hpp"

namespace onlan::rules {

struct Touched;

// skb->pkt_type, include/uapi/linux/if_packet.h
enum class PacketType : std::uint8_t { host, broadcast, multicast, otherhost };

// What conntrack says of a packet (enum ip_conntrack_info). `invalid` is a packet without an entry
// after conntrack has seen it, or where conntrack is not active.
enum class CtState : std::uint8_t { invalid, new_, established, related, untracked };
enum class CtDirection : std::uint8_t { original, reply };

// struct nf_conntrack_zone: a zone may be for one direction only; the other one is then that of 0.
struct CtZone {
    std::uint16_t original = 0;
    std::uint16_t reply = 0;

    [[nodiscard]] static constexpr CtZone both(std::uint16_t id) { return {id, id}; }
    // nf_ct_zone_id()
    [[nodiscard]] constexpr std::uint16_t at(CtDirection direction) const
    {
        return direction == CtDirection::original ? original : reply;
    }
    friend bool operator==(const CtZone&, const CtZone&) = default;
};

struct CtView {
    CtState state = CtState::invalid;
    CtDirection direction = CtDirection::original;
    std::uint32_t status = 0; // IPS_*
    std::uint32_t mark = 0;
    CtZone zone;
    model::Tuple original;
    model::Tuple reply;
};

// What a rule can see of a packet at one hook. Devices are those that the hook hands to its rules,
// not those of the packet: null where it hands none (nf_hook_state, net/netfilter/core.c).
struct PacketView {
    const model::Link* in = nullptr;
    const model::Link* out = nullptr;
    // Of nf_bridge_info; null unless br_netfilter has seen the packet since its last veth.
    const model::Link* physical_in = nullptr;
    const model::Link* physical_out = nullptr;
    bool has_bridge_info = false;

    std::optional<net::MacAddress> source_mac; // absent for what this host sends
    std::optional<net::MacAddress> destination_mac;
    std::uint16_t ether_type = 0; // 0: that of the addresses' family
    std::optional<std::uint16_t> vlan;
    PacketType type = PacketType::host;

    net::IpAddress source; // of ARP: the sender's and the target's
    net::IpAddress destination;
    std::uint16_t arp_operation = 0; // ARPOP_*
    std::uint8_t protocol = 0;
    std::uint8_t ttl = 64;    // or hop limit
    std::uint8_t tos = 0;     // or traffic class
    std::uint16_t length = 0; // of the IP packet, bytes
    bool later_fragment = false;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint8_t tcp_flags = 0;       // as in the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16
    std::optional<std::uint16_t> mss; // the option of a SYN
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;

    std::uint32_t mark = 0;
    std::uint32_t priority = 0;
    std::optional<std::uint32_t> socket_owner; // uid; only for what a local socket sends
    std::optional<std::uint32_t> socket_group; // gid; absent beside an owner: not known
    CtView ct;
    std::shared_ptr<const Touched> touched; // by its flow; null: nothing
};

} // namespace onlan::rules
