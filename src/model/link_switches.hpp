#pragma once

#include <array>
#include <string_view>

namespace onlan::model {

// The switches in net.ipv4.conf.LINK and net.ipv6.conf.LINK that decide how the host's IP stack
// treats packets of a link: they are read of every link, and a bridge that takes a link's place
// gets them all.
inline constexpr std::array<std::string_view, 9> kIpv4Switches = {
    "rp_filter", "arp_ignore",     "arp_announce",   "arp_filter", "accept_local",
    "proxy_arp", "route_localnet", "src_valid_mark", "forwarding"};
inline constexpr std::array<std::string_view, 5> kIpv6Switches = {
    "disable_ipv6", "forwarding", "accept_ra", "autoconf", "proxy_ndp"};

} // namespace onlan::model
