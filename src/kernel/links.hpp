#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "kernel/netlink_socket.hpp"
#include "model/link.hpp"

namespace onlan::kernel {

// Single changes to the links, addresses, routes and rules of the socket's network namespace, as
// the kernel grants or refuses them: std::errc::file_exists for what is there, no_such_device for a
// link that is not.

struct NewBridge {
    std::string name;
    std::optional<net::MacAddress> mac; // the kernel's choice when absent
    std::uint32_t mtu = 0;
    std::string alias;
};

struct NewVeth {
    std::string name;
    std::string peer;
    std::optional<net::MacAddress> mac; // of `name`; the kernel's choice when absent
    std::uint32_t mtu = 0;
    std::string alias; // of both ends
};

// STP off and no forward delay. The link exists with its alias, or not at all.
[[nodiscard]] Result<> create_bridge(NetlinkSocket& socket, const NewBridge& bridge);
[[nodiscard]] Result<> create_veth(NetlinkSocket& socket, const NewVeth& veth);
[[nodiscard]] Result<> delete_link(NetlinkSocket& socket, const std::string& name);

[[nodiscard]] Result<>
set_master(NetlinkSocket& socket, const std::string& name, const std::string& master);
[[nodiscard]] Result<> clear_master(NetlinkSocket& socket, const std::string& name);
[[nodiscard]] Result<> set_up(NetlinkSocket& socket, const std::string& name);
[[nodiscard]] Result<> set_down(NetlinkSocket& socket, const std::string& name);
[[nodiscard]] Result<> set_mtu(NetlinkSocket& socket, const std::string& name, std::uint32_t mtu);
enum class SpanningTree : std::uint8_t { off, on };
// With the shortest forward delay, two seconds: the kernel raises a shorter one to that
// (net/bridge/br_stp_if.c, br_stp_start()).
[[nodiscard]] Result<>
set_spanning_tree(NetlinkSocket& socket, const std::string& bridge, SpanningTree state);
[[nodiscard]] Result<>
set_alias(NetlinkSocket& socket, const std::string& name, const std::string& alias);
// Into the namespace behind `netns`, as `new_name`.
[[nodiscard]] Result<>
move_link(NetlinkSocket& socket, const std::string& name, int netns, const std::string& new_name);

[[nodiscard]] Result<>
add_address(NetlinkSocket& socket, const std::string& link, const model::Address& address);
// Gives an address that is there other flags and lifetimes.
[[nodiscard]] Result<>
replace_address(NetlinkSocket& socket, const std::string& link, const model::Address& address);
[[nodiscard]] Result<>
delete_address(NetlinkSocket& socket, const std::string& link, const model::Address& address);
// Behind the routes of the same key that are there (destination, table, metric…). file_exists means
// that this very route is (net/ipv4/fib_trie.c, fib_table_insert(); net/ipv6/ip6_fib.c,
// fib6_add_rt2node()).
[[nodiscard]] Result<>
add_route(NetlinkSocket& socket, const std::string& link, const model::Route& route);
[[nodiscard]] Result<>
delete_route(NetlinkSocket& socket, const std::string& link, const model::Route& route);
[[nodiscard]] Result<> add_rule(NetlinkSocket& socket, const model::Rule& rule);
[[nodiscard]] Result<> delete_rule(NetlinkSocket& socket, const model::Rule& rule);

} // namespace onlan::kernel
