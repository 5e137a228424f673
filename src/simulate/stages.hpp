#pragma once

// The packet path on one page: what the stages are and which of the kernel's functions they follow.
// A stage takes the packet, works on it, writes down what it did and hands it to the next one. A
// packet that ends somewhere is not handed on.

#include <limits>
#include <optional>

#include "rules/rule_set.hpp"
#include "simulate/run.hpp"

namespace onlan::simulate {

// --- devices.cpp: net/core/dev.c, drivers/net/veth.c, net/8021q, drivers/net/macvlan.c

// dev_queue_xmit()
void transmit(Run& run, const Device& device, Packet&& packet);
// __netif_receive_skb_core()
void receive(Run& run, const Device& device, Packet&& packet);
// The part of it behind bridges, VLANs and macvlans: the protocols of this device itself.
void receive_up(Run& run, const Device& device, Packet&& packet);
// Works on what is queued until nothing is on its way any more.
void drain(Run& run);

// macvlan.cpp
void macvlan_transmit(Run& run, const Device& device, Packet&& packet);
enum class Taken : std::uint8_t { no, yes };
[[nodiscard]] Taken macvlan_receive(Run& run, const Device& lower, const Packet& packet);
// eth_type_trans(): what the frame is to a device with this address.
[[nodiscard]] rules::PacketType packet_type(const net::MacAddress& destination,
                                            const net::MacAddress& own);

// --- bridge.cpp: net/bridge/br_input.c, br_forward.c, br_fdb.c, br_device.c

// br_handle_frame()
void bridge_receive(Run& run, const Device& port, Packet&& packet);
// br_handle_frame_finish()
void bridge_decide(Run& run, const Device& port, Packet&& packet);
// br_dev_xmit()
void bridge_transmit(Run& run, const Device& bridge, Packet&& packet);

// --- br_netfilter.cpp: net/bridge/br_netfilter_hooks.c

[[nodiscard]] bool calls_ip_hooks(const Device& bridge, const Packet& packet);
// br_nf_pre_routing() and its three continuations. True: goes on bridging.
[[nodiscard]] bool bridge_nf_prerouting(Run& run, const Device& port, Packet& packet);
[[nodiscard]] bool bridge_nf_forward(Run& run, const Device& in, const Device& out, Packet& packet);
[[nodiscard]] bool bridge_nf_postrouting(Run& run, const Device& out, Packet& packet);
void bridge_nf_local_in(Run& run, Packet& packet);
// br_nf_pre_routing_finish_bridge(): the target of a bridged DNAT is on this bridge.
void bridge_nf_redirect(Run& run, const Device& port, Packet&& packet);

// --- netfilter.cpp: net/netfilter/core.c

struct HookCall {
    rules::HookFamily family = rules::HookFamily::ipv4;
    rules::Hook hook = rules::Hook::prerouting;
    const Device* in = nullptr; // as the hook hands it to its rules; null: none
    const Device* out = nullptr;
    const Device* at = nullptr; // where the packet is, for the record

    [[nodiscard]] const Namespace& netns() const { return *at->netns; }
};
// Which part of a hook list to run: from the lower priority to the higher, both included.
struct Priorities {
    int first = std::numeric_limits<int>::min();
    int last = std::numeric_limits<int>::max();
};
// nf_hook_slow(). False: the packet ends here.
[[nodiscard]] bool
pass_hook(Run& run, Packet& packet, const HookCall& call, Priorities priorities = {});
[[nodiscard]] rules::HookFamily hook_family(const Packet& packet);
// "ip/prerouting", and what the NAT hook in it is called.
[[nodiscard]] std::string_view stage_name(const HookCall& call);
[[nodiscard]] std::string_view nat_stage_name(const HookCall& call);
// Asks one base chain, forking where it has several answers, and applies what it did to the packet.
[[nodiscard]] rules::ChainOutcome
ask_chain(Run& run, Packet& packet, const HookCall& call, const rules::BaseChain& chain);

// reject.cpp: net/ipv4/netfilter/nf_reject_ipv4.c
void send_reject(Run& run, const Packet& packet, const HookCall& call, const rules::Reject& reject);

// --- conntrack.cpp: net/netfilter/nf_conntrack_core.c

// nf_conntrack_in()
void conntrack_in(Run& run, Packet& packet, const HookCall& call);
// __nf_conntrack_confirm()
[[nodiscard]] bool conntrack_confirm(Run& run, Packet& packet, const HookCall& call);
struct Tracked {
    Connection* connection = nullptr;
    rules::CtDirection direction = rules::CtDirection::original;
};
[[nodiscard]] std::optional<Tracked> find_connection(Run& run,
                                                     const Namespace& netns,
                                                     const model::Tuple& tuple,
                                                     const rules::CtZone& zone);
// nf_conntrack_tuple_taken(): would a reply to `tuple` be taken for somebody else's? Tells whose.
[[nodiscard]] std::optional<model::Conntrack>
tuple_taken(const Run& run, const model::Tuple& tuple, const Connection& own);
[[nodiscard]] std::string describe(const EntrySeen& seen);
// Records the connections that live on.
void keep_conntrack(Run& run);

// conntrack_tcp.cpp: net/netfilter/nf_conntrack_proto_tcp.c
enum class TcpResult : std::uint8_t { accept, invalid, again };
[[nodiscard]] bool tcp_may_begin(std::uint8_t flags, bool loose);
[[nodiscard]] TcpResult tcp_packet(Connection& connection,
                                   rules::CtDirection direction,
                                   const Ip& segment,
                                   const NetnsSettings& settings);

// --- nat.cpp: net/netfilter/nf_nat_core.c

// nf_nat_inet_fn(). False: dropped.
[[nodiscard]] bool nat_hook(Run& run, Packet& packet, const HookCall& call);
enum class Manip : std::uint8_t { source, destination };
// nat_unique.cpp
struct NatRange {
    std::optional<net::IpAddress> first;
    std::optional<net::IpAddress> last;
    std::optional<std::uint16_t> first_port;
    std::optional<std::uint16_t> last_port;
    bool fully_random = false;
};
struct UniqueTuple {
    model::Tuple tuple;
    std::optional<model::PortRange> random;    // the port was picked in this range
    std::optional<model::Conntrack> collision; // because this entry holds the other one
};
// get_unique_tuple()
[[nodiscard]] UniqueTuple
unique_tuple(Run& run, const Connection& connection, const NatRange& range, Manip manip);

// --- routing: net/ipv4/route.c, fib_frontend.c

// ip_route_input_slow()
struct RouteInput {
    std::optional<Destination> destination; // nothing: dropped
    std::string_view stage;                 // of the drop: "rp_filter", "martian-source"…
    Reason because;
};
[[nodiscard]] RouteInput route_input(Run& run, const Device& in, FlowKey key);
[[nodiscard]] FlowKey flow_key(const Packet& packet);
// ip_route_output_key()
struct RouteOutput {
    std::optional<Destination> destination;
    net::IpAddress source;
    RouteError error = RouteError::none;
    const model::Route* route = nullptr;
    const Setting* refused_by = nullptr; // the sysctl that forbids to follow the route
};
[[nodiscard]] RouteOutput route_output(Run& run, const Namespace& netns, FlowKey key);
// inet_select_addr()
[[nodiscard]] std::optional<net::IpAddress> select_address(const Device& device,
                                                           const net::IpAddress& next_hop);
[[nodiscard]] std::string describe(const Namespace& netns, const model::Route& route);
[[nodiscard]] Reason by_route(const Namespace& netns, const Destination& destination);
[[nodiscard]] std::string_view describe(RouteError error);

// --- ip.cpp: net/ipv4/ip_input.c, ip_forward.c, ip_output.c

// ip_rcv()
void ip_receive(Run& run, const Device& device, Packet&& packet);
// __ip_local_out() for what `packet.device`'s namespace sends itself. False: it was dropped there.
bool ip_send(Run& run, const Namespace& netns, Packet packet, unsigned answers);
// ip_route_me_harder(): what was changed at OUTPUT may lead elsewhere. False: it leads nowhere.
[[nodiscard]] bool reroute_output(Run& run, const Namespace& netns, Packet& packet);

// --- neighbours.cpp: net/core/neighbour.c, net/ipv4/arp.c

// neigh_output()
void neighbour_output(Run& run, const Device& out, const net::IpAddress& next_hop, Packet&& packet);
[[nodiscard]] std::optional<net::MacAddress> find_neighbour(const Run& run,
                                                            const NeighbourKey& key);
// neigh_update(): sends what has waited for this address.
void learn_neighbour(Run& run, const NeighbourKey& key, const net::MacAddress& mac);
void arp_receive(Run& run, const Device& device, const Packet& received);
// Sends the next proxied answer whose time has come. False: none waits.
bool answer_late(Run& run);
// What waits for an address that nobody has answered for fails (neigh_timer_handler()).
void fail_waiting(Run& run);

// ndisc.cpp: net/ipv6/ndisc.c

// ndisc_solicit(): asks who has `target`, for the sake of a packet of this source and number.
void solicit_neighbour(Run& run,
                       const Device& out,
                       const net::IpAddress& target,
                       const net::IpAddress& source,
                       unsigned number);
// What is behind PREROUTING.
void neighbour_discovery_receive(Run& run, const Device& device, const Packet& received);

// --- icmp.cpp: net/ipv4/icmp.c, net/ipv6/icmp.c

void deliver_icmp(Run& run, const Device& in, const Packet& packet);
// Why a sender is told of its packet, and the words that each family has for it.
enum class IcmpReason : std::uint8_t {
    no_route,
    unreachable_route,
    prohibited,
    no_neighbour,
    no_protocol,
    no_port,
    too_big,
    hops_over,
    shorter_way,
};
struct IcmpError {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};
[[nodiscard]] IcmpError icmp_error(IcmpReason reason, net::Family family);
// icmp_send()
void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpError error);
void send_icmp_error(Run& run, const Device& in, const Packet& about, IcmpReason reason);

// --- local.cpp: net/ipv4/tcp_ipv4.c, udp.c

void deliver_locally(Run& run, const Device& device, const Packet& packet);
[[nodiscard]] Reason by_live(const Run& run, const LiveSocket& socket);
// tcp_v4_send_reset()
void send_tcp_reset(Run& run, const Packet& about);

// assumptions.cpp: what the snapshot tells of, and the model does not know

void assume_what_was_passed(Run& run);

// endpoints.cpp: the programs at the two ends

// Bytes of what a client asks. A datagram of another size asks nothing.
constexpr std::uint16_t kRequest = 4;

// Lets the next program do what it has planned. False: none has.
bool act(Run& run);
void tcp_socket_receive(Run& run, LiveSocket& socket, const Packet& packet);
// The program behind a listener takes what has come for it.
void tcp_accept(Run& run,
                const Namespace& netns,
                const Packet& packet,
                const model::Socket& listener);
void udp_answer(Run& run,
                const Namespace& netns,
                const Packet& packet,
                const model::Socket& listener);
void send_segment(
    Run& run, LiveSocket& socket, std::uint8_t flags, std::uint16_t payload, unsigned answers);
void send_request(Run& run, LiveSocket& socket, unsigned answers);
// shutdown(): sends FIN, once.
void close_socket(Run& run, LiveSocket& socket, unsigned answers);
bool send_datagram(Run& run, LiveSocket& socket, std::uint16_t payload, unsigned answers);
void proxy_answer(Run& run, LiveSocket& back, unsigned answers);

} // namespace onlan::simulate
