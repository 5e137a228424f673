#include <algorithm>
#include <array>
#include <map>

#include "base/number.hpp"
#include "formats/ip_json.hpp"
#include "formats/json_rows.hpp"

namespace onlan::formats {
namespace {

constexpr std::array<std::string_view, 5> kPortStates = {"disabled", "listening", "learning",
                                                         "forwarding", "blocking"};
constexpr std::array<std::string_view, 5> kMacvlanModes = {"private", "vepa", "bridge", "passthru",
                                                           "source"};
constexpr std::array<std::string_view, 3> kIpvlanModes = {"l2", "l3", "l3s"};

// The value that the word at this key stands for, if it does for one.
template <typename Enumeration, typename Words>
std::optional<Enumeration> word(const Row& row, const char* key, const Words& words)
{
    const auto found = std::ranges::find(words, row.text(key).value_or(""));
    return found == words.end() ? std::nullopt
                                : std::optional(static_cast<Enumeration>(found - words.begin()));
}

model::Bridge bridge_in(const Row& data)
{
    model::Bridge bridge;
    data.read("stp_state", bridge.stp);
    data.read("forward_delay", bridge.forward_delay);
    data.read("ageing_time", bridge.ageing_time);
    data.read("vlan_filtering", bridge.vlan_filtering);
    data.read("vlan_default_pvid", bridge.default_pvid);
    data.read("mcast_snooping", bridge.multicast_snooping);
    data.read("mcast_querier", bridge.multicast_querier);
    data.read("nf_call_iptables", bridge.nf_call.iptables);
    data.read("nf_call_ip6tables", bridge.nf_call.ip6tables);
    data.read("nf_call_arptables", bridge.nf_call.arptables);
    if (data.text("vlan_protocol") == "802.1ad")
        bridge.vlan_protocol = 0x88a8;
    if (const auto learned = data.number<std::uint32_t>("fdb_max_learned"))
        bridge.fdb_max_learned = learned;
    data.read("group_fwd_mask", bridge.group_fwd_mask);
    return bridge;
}

model::BridgePort port_in(const Row& data)
{
    model::BridgePort port;
    port.state = word<model::PortState>(data, "state", kPortStates).value_or(port.state);
    data.read("hairpin", port.hairpin);
    data.read("isolated", port.isolated);
    data.read("learning", port.learning);
    data.read("flood", port.flood);
    data.read("mcast_flood", port.mcast_flood);
    data.read("bcast_flood", port.bcast_flood);
    data.read("locked", port.locked);
    data.read("mab", port.mab);
    data.read("mcast_to_unicast", port.mcast_to_unicast);
    data.read("proxy_arp", port.proxy_arp);
    data.read("proxy_arp_wifi", port.proxy_arp_wifi);
    data.read("neigh_suppress", port.neigh_suppress);
    data.read("vlan_tunnel", port.vlan_tunnel);
    data.read("multicast_router", port.multicast_router);
    return port;
}

void read_link_info(const Row& info, model::Link& link)
{
    link.kind = info.text("info_kind").value_or("");
    link.master_kind = info.text("info_slave_kind").value_or("");
    if (const auto data = info.row("info_data")) {
        if (link.kind == "bridge")
            link.bridge = bridge_in(*data);
        if (link.kind == "macvlan" || link.kind == "macvtap")
            link.macvlan_mode = word<model::MacvlanMode>(*data, "mode", kMacvlanModes);
        if (link.kind == "ipvlan" || link.kind == "ipvtap")
            link.ipvlan_mode = word<model::IpvlanMode>(*data, "mode", kIpvlanModes);
        if (link.kind == "vlan") {
            link.vlan = data->number<std::uint16_t>("id");
            link.vlan_protocol = data->text("protocol") == "802.1ad" ? 0x88a8 : 0x8100;
        }
        if (link.kind == "vrf")
            data->read("table", link.vrf_table);
    }
    if (link.kind == "bridge" && !link.bridge)
        link.bridge.emplace();
    const auto port = info.row("info_slave_data");
    if (link.master_kind == "bridge")
        link.port = port ? port_in(*port) : model::BridgePort{};
    if (link.master_kind == "bond" && port)
        link.backup = port->text("state") == "BACKUP";
}

model::Link link_in(const Row& row)
{
    model::Link link;
    row.read("ifindex", link.index);
    link.name = row.text("ifname").value_or("");
    if (link.index <= 0)
        row.report("ifindex", "expected the index of a link");
    link.alias = row.text("ifalias").value_or("");
    const std::string type = row.text("link_type").value_or("ether");
    link.ethernet = type == "ether";
    link.loopback = type == "loopback";
    if (link.ethernet || link.loopback)
        link.mac = row.value<net::MacAddress>("address");
    row.read("mtu", link.mtu);
    link.up = row.has_text("flags", "UP");
    link.carrier = row.has_text("flags", "LOWER_UP");
    link.arp = !row.has_text("flags", "NOARP");
    row.read("promiscuity", link.promiscuous);
    row.read("link_index", link.peer);
    link.peer_netnsid = row.number<int>("link_netnsid");
    // A name is one of that host's /etc/iproute2/group; "default" is 0 on all of them.
    link.group = parse_number<std::uint32_t>(row.text("group").value_or("")).value_or(0);
    link.xdp = row.has("xdp");
    if (const auto info = row.row("linkinfo"))
        read_link_info(*info, link);
    return link;
}

} // namespace

Result<std::vector<model::Link>> links_from_ip(std::string_view text)
{
    struct Names {
        std::string master;
        std::string peer;
    };
    std::vector<model::Link> links;
    std::vector<Names> names;
    std::map<std::string, int> indices;
    ONLAN_CHECK(for_each_row(text, [&](const Row& row) {
        links.push_back(link_in(row));
        names.push_back(
            {.master = row.text("master").value_or(""), .peer = row.text("link").value_or("")});
        indices.emplace(links.back().name, links.back().index);
    }));
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (const auto master = indices.find(names[i].master); master != indices.end())
            links[i].master = master->second;
        if (const auto peer = indices.find(names[i].peer); peer != indices.end())
            links[i].peer = peer->second;
        // `ip -json address` does not tell kinds; of a port's master that is known is no more.
        if (links[i].master != 0 && links[i].master_kind.empty()) {
            const auto master = std::ranges::find(links, links[i].master, &model::Link::index);
            links[i].master_kind = master->kind;
        }
    }
    return links;
}

} // namespace onlan::formats
