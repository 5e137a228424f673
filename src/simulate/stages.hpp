#pragma once

// The packet path on one page: what the stages are and which of the kernel's sources they follow.
// A stage takes the packet, works on it, writes down what it did and hands it to the next one. A
// packet that ends somewhere is not handed on.

// Frames, from device to device.
#include "simulate/link/bridge.hpp"  // net/bridge/br_input.c, br_forward.c, br_fdb.c, br_device.c
#include "simulate/link/devices.hpp" // net/core/dev.c, drivers/net/veth.c, net/8021q
#include "simulate/link/macvlan.hpp" // drivers/net/macvlan.c

// IP: what is for here, where the rest goes, and whose address that is.
#include "simulate/ip/icmp.hpp"       // net/ipv4/icmp.c, net/ipv6/icmp.c
#include "simulate/ip/ip.hpp"         // net/ipv4/ip_input.c, ip_forward.c, ip_output.c
#include "simulate/ip/ndisc.hpp"      // net/ipv6/ndisc.c
#include "simulate/ip/neighbours.hpp" // net/core/neighbour.c, net/ipv4/arp.c
#include "simulate/ip/routing.hpp"    // net/ipv4/route.c, fib_frontend.c

// The hooks, and what is registered on them.
#include "simulate/netfilter/br_netfilter.hpp"  // net/bridge/br_netfilter_hooks.c
#include "simulate/netfilter/conntrack.hpp"     // net/netfilter/nf_conntrack_core.c
#include "simulate/netfilter/conntrack_tcp.hpp" // net/netfilter/nf_conntrack_proto_tcp.c
#include "simulate/netfilter/core.hpp"          // net/netfilter/core.c
#include "simulate/netfilter/nat.hpp"           // net/netfilter/nf_nat_core.c, nf_nat_proto.c
#include "simulate/netfilter/nat_unique.hpp"    // net/netfilter/nf_nat_core.c: get_unique_tuple()
#include "simulate/netfilter/reject.hpp"        // net/ipv4/netfilter/nf_reject_ipv4.c

// Sockets, and the programs behind them.
#include "simulate/ends/endpoints.hpp" // what a client, a server and docker-proxy do
#include "simulate/ends/local.hpp"     // net/ipv4/tcp_ipv4.c, udp.c
