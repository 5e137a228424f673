#pragma once

#include <string>
#include <string_view>

#include "model/netns.hpp"

namespace onlan::simulate {

// A sysctl as it stands, and by which name a reader can change it.
struct Setting {
    int value = 0;
    std::string name; // the one that decides: "net.ipv4.conf.all.rp_filter"
};

// The switches of one device, as the kernel combines those of "all" with those of the device
// (include/linux/inetdevice.h: IN_DEV_MAXCONF, IN_DEV_ORCONF, IN_DEV_ANDCONF).
struct DeviceSettings {
    Setting forwarding; // the device's own only
    Setting forwarding_ipv6;
    Setting rp_filter; // the larger
    Setting arp_ignore;
    Setting accept_local; // either
    Setting src_valid_mark;
    Setting route_localnet;
    Setting proxy_arp;
    Setting proxy_arp_pvlan;
    Setting arp_filter;
    Setting send_redirects;
    Setting shared_media;
    Setting bc_forwarding; // both
    Setting ignore_routes_with_linkdown;
    Setting drop_unicast_in_l2_multicast;
    int proxy_delay = 0; // its own only, in ticks: a proxied ARP answer comes as late as that
};
[[nodiscard]] DeviceSettings device_settings(const model::Netns& netns, std::string_view device);

// The switches of a whole namespace.
struct NetnsSettings {
    bool br_netfilter = false; // is the module there?
    Setting call_iptables;
    Setting call_ip6tables;
    Setting call_arptables;
    Setting filter_vlan_tagged;
    Setting tcp_synack_retries;
    Setting tcp_loose;
    Setting tcp_be_liberal;
    Setting icmp_echo_ignore_all;
};
[[nodiscard]] NetnsSettings netns_settings(const model::Netns& netns);

} // namespace onlan::simulate
