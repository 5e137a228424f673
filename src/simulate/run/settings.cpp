#include "simulate/run/settings.hpp"

#include <algorithm>
#include <optional>

#include "base/number.hpp"

namespace onlan::simulate {
namespace {

std::optional<int> read(const model::Netns& netns, const std::string& name)
{
    return parse_number<int>(netns.sysctl(name));
}

Setting read_or(const model::Netns& netns, std::string name, int absent)
{
    const int value = read(netns, name).value_or(absent);
    return {.value = value, .name = std::move(name)};
}

// Reads the two halves of one per-device switch.
class PerDevice {
public:
    PerDevice(const model::Netns& netns, std::string_view device) : netns_(netns), device_(device)
    {
        // sysctl(8) writes a dot in a device's name as a slash.
        std::ranges::replace(device_, '.', '/');
    }

    [[nodiscard]] Setting own(std::string_view word, std::string_view family = "ipv4") const
    {
        return read_or(netns_, name(device_, word, family), 0);
    }
    [[nodiscard]] Setting larger(std::string_view word) const
    {
        Setting all = read_or(netns_, name("all", word, "ipv4"), 0);
        Setting device = own(word);
        return all.value > device.value ? all : device;
    }
    // For switches of 0 and 1 "either" is the larger one, and "both" the smaller.
    [[nodiscard]] Setting both(std::string_view word) const
    {
        Setting all = read_or(netns_, name("all", word, "ipv4"), 0);
        Setting device = own(word);
        return all.value < device.value ? all : device;
    }

    [[nodiscard]] int proxy_delay() const
    {
        constexpr int kUsual = 80; // parms of arp_tbl
        return read(netns_, "net.ipv4.neigh." + device_ + ".proxy_delay").value_or(kUsual);
    }

private:
    [[nodiscard]] static std::string
    name(std::string_view scope, std::string_view word, std::string_view family)
    {
        std::string text = "net.";
        text.append(family).append(".conf.").append(scope).append(".").append(word);
        return text;
    }

    const model::Netns& netns_;
    std::string device_;
};

} // namespace

DeviceSettings device_settings(const model::Netns& netns, std::string_view device)
{
    const PerDevice conf(netns, device);
    return {
        .forwarding = conf.own("forwarding"),
        .forwarding_ipv6 = conf.own("forwarding", "ipv6"),
        .rp_filter = conf.larger("rp_filter"),
        .arp_ignore = conf.larger("arp_ignore"),
        .accept_local = conf.larger("accept_local"),
        .src_valid_mark = conf.larger("src_valid_mark"),
        .route_localnet = conf.larger("route_localnet"),
        .proxy_arp = conf.larger("proxy_arp"),
        .proxy_arp_pvlan = conf.larger("proxy_arp_pvlan"),
        .arp_filter = conf.larger("arp_filter"),
        .send_redirects = conf.larger("send_redirects"),
        .shared_media = conf.larger("shared_media"),
        .bc_forwarding = conf.both("bc_forwarding"),
        .ignore_routes_with_linkdown = conf.larger("ignore_routes_with_linkdown"),
        .drop_unicast_in_l2_multicast = conf.larger("drop_unicast_in_l2_multicast"),
        .proxy_delay = conf.proxy_delay(),
    };
}

NetnsSettings netns_settings(const model::Netns& netns)
{
    const std::string call_iptables = "net.bridge.bridge-nf-call-iptables";
    return {
        .br_netfilter = netns.sysctls.contains(call_iptables),
        .call_iptables = read_or(netns, call_iptables, 0),
        .call_ip6tables = read_or(netns, "net.bridge.bridge-nf-call-ip6tables", 0),
        .call_arptables = read_or(netns, "net.bridge.bridge-nf-call-arptables", 0),
        .filter_vlan_tagged = read_or(netns, "net.bridge.bridge-nf-filter-vlan-tagged", 0),
        .tcp_synack_retries = read_or(netns, "net.ipv4.tcp_synack_retries", 5),
        .tcp_loose = read_or(netns, "net.netfilter.nf_conntrack_tcp_loose", 1),
        .tcp_be_liberal = read_or(netns, "net.netfilter.nf_conntrack_tcp_be_liberal", 0),
        .icmp_echo_ignore_all = read_or(netns, "net.ipv4.icmp_echo_ignore_all", 0),
    };
}

} // namespace onlan::simulate
