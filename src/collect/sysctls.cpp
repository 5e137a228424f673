#include "collect/sysctls.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "kernel/sysctl.hpp"

namespace onlan::collect {
namespace {

constexpr std::array kOfNamespace = {
    "net.ipv4.ip_forward",
    "net.ipv4.ip_default_ttl",
    "net.ipv4.ip_early_demux",
    "net.ipv4.ip_forward_use_pmtu",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_nonlocal_bind",
    "net.ipv4.fib_multipath_hash_policy",
    "net.ipv4.fib_multipath_use_neigh",
    "net.ipv4.fwmark_reflect",
    "net.ipv4.tcp_fwmark_accept",
    "net.ipv4.tcp_l3mdev_accept",
    "net.ipv4.udp_l3mdev_accept",
    "net.ipv4.tcp_early_demux",
    "net.ipv4.udp_early_demux",
    "net.ipv4.icmp_echo_ignore_all",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.icmp_errors_use_inbound_ifaddr",
    "net.ipv4.icmp_ratelimit",
    "net.ipv4.icmp_ratemask",
    "net.ipv6.bindv6only",
    "net.ipv6.fib_multipath_hash_policy",
    "net.ipv6.fwmark_reflect",
    "net.ipv6.icmp.echo_ignore_all",
    "net.ipv6.icmp.ratelimit",
    "net.ipv6.ip_nonlocal_bind",
};

// Of these all that the kernel has: some come with a module, and the time-outs with a protocol.
constexpr std::array kWhole = {"net.bridge", "net.netfilter"};

constexpr std::array<std::string_view, 19> kOfIpv4Link = {
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
    "mc_forwarding",
    "proxy_arp",
    "proxy_arp_pvlan",
    "route_localnet",
    "rp_filter",
    "send_redirects",
    "shared_media",
    "src_valid_mark",
};

constexpr std::array<std::string_view, 10> kOfIpv6Link = {
    "accept_ra",          "accept_source_route",          "autoconf",
    "disable_ipv6",       "drop_unicast_in_l2_multicast", "forwarding",
    "force_forwarding",   "ignore_routes_with_linkdown",  "proxy_ndp",
    "use_oif_addrs_only",
};

using Sysctls = std::map<std::string, std::string>;

Result<> read_into(Sysctls& sysctls, const std::string& name)
{
    auto value = kernel::read_sysctl(name);
    if (value)
        sysctls.emplace(name, *std::move(value));
    // The kernel was built without it, or the link has gone since it was listed.
    else if (value.error().code != std::errc::no_such_file_or_directory)
        return Failure{std::move(value).error()};
    return {};
}

Result<> read_link(Sysctls& sysctls, std::string link)
{
    // As sysctl(8) writes a dot in a name.
    std::ranges::replace(link, '.', '/');
    for (const std::string_view name : kOfIpv4Link)
        ONLAN_CHECK(read_into(sysctls, fmt::format("net.ipv4.conf.{}.{}", link, name)));
    for (const std::string_view name : kOfIpv6Link)
        ONLAN_CHECK(read_into(sysctls, fmt::format("net.ipv6.conf.{}.{}", link, name)));
    return {};
}

} // namespace

Result<Sysctls> collect_sysctls(const std::vector<model::Link>& links)
{
    Sysctls sysctls;
    for (const std::string_view folder : kWhole) {
        ONLAN_TRY(const auto names, kernel::list_sysctls(folder));
        for (const std::string& name : names)
            ONLAN_CHECK(read_into(sysctls, name));
    }
    for (const std::string_view name : kOfNamespace)
        ONLAN_CHECK(read_into(sysctls, std::string(name)));
    for (const char* common : {"all", "default"})
        ONLAN_CHECK(read_link(sysctls, common));
    for (const model::Link& link : links)
        ONLAN_CHECK(read_link(sysctls, link.name));
    return sysctls;
}

} // namespace onlan::collect
