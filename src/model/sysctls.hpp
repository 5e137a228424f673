#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onlan::model {

// Which of "all" and a device's own counts, named after the macros of include/linux/inetdevice.h.
enum class Combine : std::uint8_t {
    conf_get, // IN_DEV_CONF_GET: the device's own
    all,      // IPV4_DEVCONF_ALL, and devconf_all of IPv6: that of "all"
    maxconf,  // IN_DEV_MAXCONF: the larger
    orconf,   // IN_DEV_ORCONF: either
    andconf,  // IN_DEV_ANDCONF: both; of two numbers the smaller
};

enum class Comes : std::uint8_t {
    always,
    by_option, // of the kernel's configuration, with a module, or since some version
};

struct Sysctl {
    std::string_view name;    // within its folder
    std::optional<int> usual; // in a fresh namespace; nothing: it is no one number
    Combine combine = Combine::conf_get;
    Comes comes = Comes::always;
};

// Names a sysctl that is listed below.
class SysctlRef {
public:
    // Of a whole namespace: "net.ipv4.ip_forward".
    [[nodiscard]] std::string name() const;
    // Of "all", "default" or a device: "net.ipv4.conf.eth0/100.rp_filter". A dot in the device's
    // name is written as a slash, as sysctl(8) does.
    [[nodiscard]] std::string name(std::string_view device) const;

private:
    template <std::size_t Count>
    friend struct SysctlFolder;
    constexpr SysctlRef(std::string_view folder, std::string_view row) : folder_(folder), row_(row)
    {}

    std::string_view folder_;
    std::string_view row_;
};

enum class Reads : std::uint8_t {
    listed, // what is listed here
    whole,  // all that the kernel has in it; the walk reads what is listed
};

// A folder below /proc/sys and the sysctls in it that onlan reads, sorted by name.
template <std::size_t Count>
struct SysctlFolder {
    std::string_view name;
    Reads reads = Reads::listed;
    std::array<Sysctl, Count> rows;

    // A name that is not listed does not compile.
    [[nodiscard]] consteval std::size_t index(std::string_view row) const
    {
        const auto found = std::ranges::find(rows, row, &Sysctl::name);
        if (found == rows.end())
            throw "no such sysctl is listed";
        return static_cast<std::size_t>(found - rows.begin());
    }
    [[nodiscard]] consteval SysctlRef operator[](std::string_view row) const
    {
        return at(rows[index(row)]);
    }
    [[nodiscard]] constexpr SysctlRef at(const Sysctl& row) const { return {name, row.name}; }
};

// How the names of all of a device's sysctls in a folder begin: "net.ipv4.conf.eth0/100."
[[nodiscard]] std::string sysctl_prefix(std::string_view folder, std::string_view device);

// ---- of a namespace as a whole ----

inline constexpr SysctlFolder<22> kIpv4Sysctls{
    .name = "net.ipv4",
    .rows = {{
        {.name = "fib_multipath_hash_policy", .usual = 0, .comes = Comes::by_option},
        {.name = "fib_multipath_use_neigh", .usual = 0, .comes = Comes::by_option},
        {.name = "fwmark_reflect", .usual = 0},
        {.name = "icmp_echo_ignore_all", .usual = 0},
        {.name = "icmp_echo_ignore_broadcasts", .usual = 1},
        {.name = "icmp_errors_use_inbound_ifaddr", .usual = 0},
        {.name = "icmp_ratelimit", .usual = 1000},
        {.name = "icmp_ratemask", .usual = 6168},
        {.name = "ip_default_ttl", .usual = 64},
        {.name = "ip_early_demux", .usual = 1},
        {.name = "ip_forward", .usual = 0},
        {.name = "ip_forward_use_pmtu", .usual = 0},
        {.name = "ip_local_port_range", .usual = {}},
        {.name = "ip_local_reserved_ports", .usual = {}},
        {.name = "ip_no_pmtu_disc", .usual = 0},
        {.name = "ip_nonlocal_bind", .usual = 0},
        {.name = "tcp_early_demux", .usual = 1},
        {.name = "tcp_fwmark_accept", .usual = 0},
        {.name = "tcp_l3mdev_accept", .usual = 0, .comes = Comes::by_option},
        {.name = "tcp_synack_retries", .usual = 5},
        {.name = "udp_early_demux", .usual = 1},
        {.name = "udp_l3mdev_accept", .usual = 0, .comes = Comes::by_option},
    }}};

inline constexpr SysctlFolder<4> kIpv6Sysctls{
    .name = "net.ipv6",
    .rows = {{
        {.name = "bindv6only", .usual = 0},
        {.name = "fib_multipath_hash_policy", .usual = 0, .comes = Comes::by_option},
        {.name = "fwmark_reflect", .usual = 0},
        {.name = "ip_nonlocal_bind", .usual = 0},
    }}};

inline constexpr SysctlFolder<2> kIcmpv6Sysctls{.name = "net.ipv6.icmp",
                                                .rows = {{
                                                    {.name = "echo_ignore_all", .usual = 0},
                                                    {.name = "ratelimit", .usual = 100},
                                                }}};

inline constexpr SysctlFolder<4> kBridgeSysctls{
    .name = "net.bridge",
    .reads = Reads::whole,
    .rows = {{
        {.name = "bridge-nf-call-arptables", .usual = 1, .comes = Comes::by_option},
        {.name = "bridge-nf-call-ip6tables", .usual = 1, .comes = Comes::by_option},
        {.name = "bridge-nf-call-iptables", .usual = 1, .comes = Comes::by_option},
        {.name = "bridge-nf-filter-vlan-tagged", .usual = 0, .comes = Comes::by_option},
    }}};

// Read whole for its time-outs, which come with the protocols.
inline constexpr SysctlFolder<3> kNetfilterSysctls{
    .name = "net.netfilter",
    .reads = Reads::whole,
    .rows = {{
        {.name = "nf_conntrack_max", .usual = {}, .comes = Comes::by_option}, // by its memory
        {.name = "nf_conntrack_tcp_be_liberal", .usual = 0, .comes = Comes::by_option},
        {.name = "nf_conntrack_tcp_loose", .usual = 1, .comes = Comes::by_option},
    }}};

// ---- of each device ----

// How the host's IP stack treats packets of a device; a bridge that takes its place gets them all.
inline constexpr SysctlFolder<19> kIpv4Conf{
    .name = "net.ipv4.conf",
    .rows = {{
        {.name = "accept_local", .usual = 0, .combine = Combine::orconf},
        {.name = "accept_source_route", .usual = 1, .combine = Combine::andconf},
        {.name = "arp_accept", .usual = 0, .combine = Combine::maxconf},
        {.name = "arp_announce", .usual = 0, .combine = Combine::maxconf},
        {.name = "arp_filter", .usual = 0, .combine = Combine::orconf},
        {.name = "arp_ignore", .usual = 0, .combine = Combine::maxconf},
        {.name = "bc_forwarding", .usual = 0, .combine = Combine::andconf},
        {.name = "drop_gratuitous_arp", .usual = 0, .combine = Combine::orconf},
        {.name = "drop_unicast_in_l2_multicast", .usual = 0, .combine = Combine::orconf},
        {.name = "forwarding", .usual = 0, .combine = Combine::conf_get},
        {.name = "ignore_routes_with_linkdown", .usual = 0, .combine = Combine::orconf},
        {.name = "promote_secondaries", .usual = 0, .combine = Combine::orconf},
        {.name = "proxy_arp", .usual = 0, .combine = Combine::orconf},
        {.name = "proxy_arp_pvlan", .usual = 0, .combine = Combine::orconf},
        {.name = "route_localnet", .usual = 0, .combine = Combine::orconf},
        {.name = "rp_filter", .usual = 0, .combine = Combine::maxconf},
        {.name = "send_redirects", .usual = 1, .combine = Combine::orconf},
        {.name = "shared_media", .usual = 1, .combine = Combine::orconf},
        {.name = "src_valid_mark", .usual = 0, .combine = Combine::orconf},
    }}};

// IPv6 has no macros for it: the function that reads a sysctl says what counts. To write
// `forwarding` or `disable_ipv6` of "all" sets it on every device.
inline constexpr SysctlFolder<10> kIpv6Conf{
    .name = "net.ipv6.conf",
    .rows = {{
        {.name = "accept_ra", .usual = 1},
        // ipv6_rthdr_rcv()
        {.name = "accept_source_route", .usual = 0, .combine = Combine::andconf},
        {.name = "autoconf", .usual = 1},
        {.name = "disable_ipv6", .usual = 0},
        {.name = "drop_unicast_in_l2_multicast", .usual = 0},
        {.name = "force_forwarding", .usual = 0, .comes = Comes::by_option},
        // ip6_forward(); a device's own says whether it is a router's (ndisc, addrconf).
        {.name = "forwarding", .usual = 0, .combine = Combine::all},
        {.name = "ignore_routes_with_linkdown", .usual = 0},
        // ndisc_recv_ns()
        {.name = "proxy_ndp", .usual = 0, .combine = Combine::orconf},
        // ipv6_dev_get_saddr()
        {.name = "use_oif_addrs_only", .usual = 0, .combine = Combine::orconf},
    }}};

// struct neigh_parms has no "all".
inline constexpr SysctlFolder<1> kIpv4Neigh{
    .name = "net.ipv4.neigh",
    .rows = {{
        {.name = "proxy_delay",
         .usual = 80}, // in ticks: a proxied ARP answer comes as late as that
    }}};

// ---- all of them, for who takes them as they come ----

template <typename Visit>
constexpr void for_each_netns_folder(Visit visit)
{
    visit(kIpv4Sysctls);
    visit(kIpv6Sysctls);
    visit(kIcmpv6Sysctls);
    visit(kBridgeSysctls);
    visit(kNetfilterSysctls);
}

template <typename Visit>
constexpr void for_each_device_folder(Visit visit)
{
    visit(kIpv4Conf);
    visit(kIpv6Conf);
    visit(kIpv4Neigh);
}

} // namespace onlan::model
