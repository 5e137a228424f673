#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/conntrack.hpp"
#include "model/firewall.hpp"
#include "model/ipset.hpp"
#include "model/link.hpp"
#include "model/nft_listing.hpp"
#include "model/socket.hpp"
#include "model/sysctls.hpp"

namespace onlan::model {

// Everything in one network namespace that decides what happens to a packet.
struct Netns {
    std::string name;                   // "host", "container:web", "netns:blue" or "pid:4711"
    std::uint64_t inode = 0;            // of its nsfs file: its identity
    std::map<int, std::uint64_t> peers; // netnsid → inode: how `Link::peer_netnsid` is meant here
    // Whether the tables local and main are searched one after the other instead of as one: so
    // since the first `ip rule add` (fib_trie_unmerge()). Absent where it cannot be seen.
    std::optional<bool> separate_local_table;
    std::vector<Link> links;
    std::vector<Address> addresses;
    std::vector<Route> routes; // of every table
    std::vector<Rule> policy_rules;
    std::vector<Neighbour> neighbours;
    std::vector<FdbEntry> fdb;
    std::map<std::string, std::string> sysctls; // "net.ipv4.ip_forward" → "1"
    std::vector<XtablesRuleset> xtables;
    NftListing nftables;
    std::vector<IpSet> ipsets;
    std::vector<Conntrack> conntrack;
    std::vector<Expectation> expectations;
    std::vector<Socket> sockets;
    bool sockets_unknown = false;    // nobody has looked: any port may have a listener
    std::vector<std::string> unread; // sentences: what could not be looked at, and why
    // Sentences: what somebody who told of it left out, how it was taken, and what would tell.
    std::vector<std::string> assumed;

    [[nodiscard]] const Link* find_link(std::string_view link_name) const;
    [[nodiscard]] const Link* find_link(int index) const;
    [[nodiscard]] bool has_address(const net::IpAddress& address) const;
    [[nodiscard]] const XtablesRuleset* find_xtables(XtablesBackend backend,
                                                     net::Family family) const;
    // Empty when the kernel does not have it.
    [[nodiscard]] std::string_view sysctl(const SysctlRef& sysctl) const;
    [[nodiscard]] std::string_view sysctl(const SysctlRef& sysctl, std::string_view device) const;
    // Does the kernel hand bridged frames of this bridge to the firewall of `family`? Sysctl or
    // per-bridge switch.
    [[nodiscard]] bool calls_netfilter(const Link& link, net::Family family) const;

    friend bool operator==(const Netns&, const Netns&) = default;
};

} // namespace onlan::model
