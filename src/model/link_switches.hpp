#pragma once

#include <array>
#include <string_view>

namespace onlan::model {

// The switches in net.ipv4.conf.LINK and net.ipv6.conf.LINK that decide how the host's IP stack
// treats packets of a link: they are read of every link, and a bridge that takes a link's place
// gets them all.
inline constexpr std::array<std::string_view, 18> kIpv4Switches = {
    "accept_local",
    "accept_source_route",
    "arp_accept",
    "arp_announce",
    "arp_filter",
    "arp_ignore",
    "bc_forwarding",
    "drop_gratuitous_arp",
    "drop_unicast_in_l2_multicast",
    "forwarding",
    "ignore_routes_with_linkdown",
    "proxy_arp",
    "proxy_arp_pvlan",
    "route_localnet",
    "rp_filter",
    "send_redirects",
    "shared_media",
    "src_valid_mark",
};
inline constexpr std::array<std::string_view, 10> kIpv6Switches = {
    "accept_ra",          "accept_source_route",          "autoconf",
    "disable_ipv6",       "drop_unicast_in_l2_multicast", "forwarding",
    "force_forwarding",   "ignore_routes_with_linkdown",  "proxy_ndp",
    "use_oif_addrs_only",
};

} // namespace onlan::model
