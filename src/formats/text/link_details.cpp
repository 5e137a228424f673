#include "formats/text/link_details.hpp"

#include <algorithm>
#include <array>

#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

constexpr auto kPortStates = std::to_array<std::string_view>(
    {"disabled", "listening", "learning", "forwarding", "blocking"});
constexpr auto kMacvlanModes =
    std::to_array<std::string_view>({"private", "vepa", "bridge", "passthru", "source"});
constexpr auto kIpvlanModes = std::to_array<std::string_view>({"l2", "l3", "l3s"});
constexpr auto kOtherKinds = std::to_array<std::string_view>(
    {"veth", "bond", "team", "tun", "wireguard", "dummy", "vxlan", "gre", "gretap", "ipip", "sit",
     "ifb", "geneve", "macsec", "nlmon", "vcan", "vti", "ip6tnl", "ip6gre"});

template <typename Enumeration, typename Words>
std::optional<Enumeration> enumerator(std::string_view word, const Words& words)
{
    const auto found = std::ranges::find(words, word);
    return found == words.end() ? std::nullopt
                                : std::optional(static_cast<Enumeration>(found - words.begin()));
}

// A switch that is printed as on and off, or as 1 and 0.
void read_switch(const Words& words, std::string_view name, bool& into)
{
    const std::string_view value = words.after(name);
    if (!value.empty())
        into = value == "on" || value == "1";
}

template <std::integral Number>
void read_number(const Words& words, std::string_view name, Number& into)
{
    into = words.number_after<Number>(name).value_or(into);
}

model::Bridge bridge_in(const Words& words)
{
    model::Bridge bridge;
    read_switch(words, "stp_state", bridge.stp);
    read_number(words, "forward_delay", bridge.forward_delay);
    read_number(words, "ageing_time", bridge.ageing_time);
    read_switch(words, "vlan_filtering", bridge.vlan_filtering);
    read_number(words, "vlan_default_pvid", bridge.default_pvid);
    read_switch(words, "mcast_snooping", bridge.multicast_snooping);
    read_switch(words, "mcast_querier", bridge.multicast_querier);
    read_switch(words, "nf_call_iptables", bridge.nf_call.iptables);
    read_switch(words, "nf_call_ip6tables", bridge.nf_call.ip6tables);
    read_switch(words, "nf_call_arptables", bridge.nf_call.arptables);
    bridge.fdb_max_learned = words.number_after<std::uint32_t>("fdb_max_learned");
    if (words.after("vlan_protocol") == "802.1ad")
        bridge.vlan_protocol = 0x88a8;
    read_number(words, "group_fwd_mask", bridge.group_fwd_mask);
    return bridge;
}

// What a line does not tell stays as another has told it.
model::BridgePort port_in(const Words& words, model::BridgePort port)
{
    port.state =
        enumerator<model::PortState>(words.after("state"), kPortStates).value_or(port.state);
    read_switch(words, "hairpin", port.hairpin);
    read_switch(words, "isolated", port.isolated);
    read_switch(words, "learning", port.learning);
    read_switch(words, "flood", port.flood);
    read_switch(words, "mcast_flood", port.mcast_flood);
    read_switch(words, "bcast_flood", port.bcast_flood);
    read_switch(words, "locked", port.locked);
    read_switch(words, "mab", port.mab);
    read_switch(words, "mcast_to_unicast", port.mcast_to_unicast);
    read_switch(words, "proxy_arp", port.proxy_arp);
    read_switch(words, "proxy_arp_wifi", port.proxy_arp_wifi);
    read_switch(words, "neigh_suppress", port.neigh_suppress);
    read_switch(words, "vlan_tunnel", port.vlan_tunnel);
    read_number(words, "mcast_router", port.multicast_router);
    read_number(words, "group_fwd_mask", port.group_fwd_mask);
    return port;
}

} // namespace

bool read_link_details(std::string_view line, model::Link& link)
{
    constexpr std::string_view kPortOf = "_slave";
    Words words(line);
    const std::string_view kind = words.next();
    if (kind == "bridge") {
        link.bridge = bridge_in(words);
    } else if (kind == "macvlan" || kind == "macvtap") {
        link.macvlan_mode = enumerator<model::MacvlanMode>(words.after("mode"), kMacvlanModes);
    } else if (kind == "ipvlan" || kind == "ipvtap") {
        link.ipvlan_mode = enumerator<model::IpvlanMode>(words.after("mode"), kIpvlanModes);
    } else if (kind == "vlan") {
        link.vlan = words.number_after<std::uint16_t>("id");
        link.vlan_protocol = words.after("protocol") == "802.1ad" ? 0x88a8 : 0x8100;
    } else if (kind == "vrf") {
        read_number(words, "table", link.vrf_table);
    } else if (kind.ends_with(kPortOf)) {
        link.master_kind = kind.substr(0, kind.size() - kPortOf.size());
        if (link.master_kind == "bridge")
            link.port = port_in(words, link.port.value_or(model::BridgePort{}));
        link.backup = link.master_kind == "bond" && words.after("state") == "BACKUP";
        return true;
    } else if (std::ranges::find(kOtherKinds, kind) == kOtherKinds.end()) {
        return false;
    }
    link.kind = kind;
    return true;
}

} // namespace onlan::formats::text
