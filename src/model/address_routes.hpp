#pragma once

#include "model/netns.hpp"

namespace onlan::model {

// The routes that the kernel makes for an address, and takes away with it (net/ipv4/fib_frontend.c,
// fib_add_ifaddr() and fib_del_ifaddr(); net/ipv6/addrconf.c, addrconf_prefix_route() and
// ipv6_ifa_notify()).
void add_routes_of(Netns& netns, const Link& link, const Address& address);
// Those that no other address of the link needs.
void remove_routes_of(Netns& netns, const Link& link, const Address& address);

} // namespace onlan::model
