#include <algorithm>

#include <fmt/format.h>

#include "base/append_format.hpp"
#include "plan/export.hpp"
#include "plan/export/links.hpp"
#include "plan/export/rules.hpp"
#include "plan/export/words.hpp"

namespace onlan::plan {
namespace {

bool is_made(const std::string& bridge, const ExportedLinks& links)
{
    return std::ranges::any_of(links.made_uplinks, [&](const ExportedUplink& made) {
        return made.uplink.bridge == bridge;
    });
}

class NetworkdFiles {
public:
    void netdev(const std::string& link, const std::string& text)
    {
        put("10", link, "netdev", text);
    }
    void network(const std::string& link, const std::string& text)
    {
        put("10", link, "network", text);
    }
    // Of two files for one netdev networkd takes the one that sorts first.
    void last_netdev(const std::string& link, const std::string& text)
    {
        const bool seen = std::ranges::any_of(files, [&](const ExportedFile& file) {
            return file.path == path("zz", link, "netdev");
        });
        if (!seen)
            put("zz", link, "netdev", text);
    }
    std::vector<ExportedFile> files;

private:
    static std::string path(std::string_view order, const std::string& link, std::string_view kind)
    {
        return fmt::format("/etc/systemd/network/{}-onlan-{}.{}", order, link, kind);
    }
    void put(std::string_view order,
             const std::string& link,
             std::string_view kind,
             const std::string& text)
    {
        files.push_back(
            {.path = path(order, link, kind), .text = remains("networkd") + "\n" + text});
    }
};

constexpr std::string_view kNoAddress = "LinkLocalAddressing=no\n"
                                        "IPv6AcceptRA=no\n";

constexpr std::string_view kNetworkdPlain = "STP=no\nForwardDelaySec=0\n";
constexpr std::string_view kNetworkdStp = "STP=yes\nForwardDelaySec=2\n";

std::string networkd_bridge(const std::string& name,
                            std::uint32_t mtu,
                            const std::optional<net::MacAddress>& mac,
                            std::string_view parameters)
{
    std::string text;
    append_format(text, "[NetDev]\nName={}\nKind=bridge\n", name);
    if (mtu != 0)
        append_format(text, "MTUBytes={}\n", mtu);
    if (mac)
        append_format(text, "MACAddress={}\n", mac->to_string());
    return fmt::format("{}\n[Bridge]\n{}", text, parameters);
}

std::string networkd_port(const std::string& link, std::uint32_t mtu, const std::string& bridge)
{
    std::string text;
    append_format(text, "[Match]\nName={}\n", link);
    if (mtu != 0)
        append_format(text, "\n[Link]\nMTUBytes={}\n", mtu);
    append_format(text, "\n[Network]\nBridge={}\n{}", bridge, kNoAddress);
    return text;
}

std::string networkd_route(const model::Route& route)
{
    if (std::string comment = by_hand(route); !comment.empty())
        return "\n" + comment;
    std::string text;
    append_format(text, "\n[Route]\nDestination={}\n", route.destination.to_string());
    if (route.gateway)
        append_format(text, "Gateway={}\n", route.gateway->to_string());
    if (route.preferred_source)
        append_format(text, "PreferredSource={}\n", route.preferred_source->to_string());
    if (route.metric != 0)
        append_format(text, "Metric={}\n", route.metric);
    if (route.table != model::kTableMain)
        append_format(text, "Table={}\n", route.table);
    if ((route.flags & model::kOnlink) != 0)
        append_format(text, "GatewayOnLink=yes\n");
    return text;
}

// networkd puts a port only into a bridge that it has a file for; a bridge that exists it uses
// "without changing its parameters" (src/network/netdev/netdev.c).
std::string networkd_existing_bridge(const std::string& bridge)
{
    return fmt::format(
        "# {} is made elsewhere and stays as it is: this only lets networkd add ports to it.\n"
        "# The file's name sorts last, so a file of yours for {} takes precedence.\n"
        "[NetDev]\nName={}\nKind=bridge\n",
        bridge, bridge, bridge);
}

Result<> networkd_uplink(NetworkdFiles& files, const ExportedUplink& exported)
{
    const std::string& bridge = exported.uplink.bridge;
    files.netdev(bridge,
                 networkd_bridge(bridge, exported.mtu, exported.mac,
                                 needs_stp(exported.uplink) ? kNetworkdStp : kNetworkdPlain));
    std::string text;
    append_format(text, "[Match]\nName={}\n\n[Network]\n", bridge);
    if (exported.dhcp4)
        append_format(text, "DHCP=ipv4\n");
    append_format(text, "IPv6AcceptRA={}\n", exported.ipv6_ra ? "yes" : "no");
    for (const model::Address& address : exported.addresses)
        append_format(text, "Address={}\n", address.local.to_string());
    for (const model::Route& route : exported.routes)
        text += networkd_route(route);
    ONLAN_TRY(const std::string rules, networkd_rules(exported.rules));
    files.network(bridge, text + rules);
    for (const std::string& port : exported.uplink.ports)
        files.network(port,
                      "# Only the first file that matches is used: remove the one that has "
                      "configured this interface.\n"
                      "# Its present address stays until it is removed, or until the next boot.\n" +
                          networkd_port(port, exported.mtu, bridge));
    return {};
}

std::string networkd_cable(const CreateVeth& cable)
{
    return fmt::format("[NetDev]\nName={}\nKind=veth\nMTUBytes={}\nMACAddress={}\n\n"
                       "[Peer]\nName={}\n",
                       cable.name, cable.mtu, cable.mac.to_string(), cable.peer);
}

// A link that carries others' frames and has no address of its own.
std::string networkd_bare(const std::string& link, std::uint32_t mtu)
{
    return fmt::format("[Match]\nName={}\n\n[Link]\nMTUBytes={}\nRequiredForOnline=no\n\n"
                       "[Network]\nConfigureWithoutCarrier=yes\n{}",
                       link, mtu, kNoAddress);
}

} // namespace

Result<std::vector<ExportedFile>> export_networkd(const model::Intent& intent,
                                                  const model::Host& host)
{
    const ExportedLinks links = exported_links(intent, host);
    NetworkdFiles files;
    for (const ExportedUplink& exported : links.made_uplinks)
        ONLAN_CHECK(networkd_uplink(files, exported));
    for (const ExportedLan& lan : links.lans) {
        if (!is_made(lan.uplink_bridge, links))
            files.last_netdev(lan.uplink_bridge, networkd_existing_bridge(lan.uplink_bridge));
        files.netdev(lan.cable.name, networkd_cable(lan.cable));
        files.network(lan.cable.name,
                      networkd_port(lan.cable.name, lan.cable.mtu, lan.uplink_bridge));
        if (!lan.second_bridge) {
            files.network(lan.cable.peer, networkd_bare(lan.cable.peer, lan.cable.mtu));
            continue;
        }
        files.network(lan.cable.peer,
                      networkd_port(lan.cable.peer, lan.cable.mtu, lan.second_bridge->name));
        files.netdev(
            lan.second_bridge->name,
            networkd_bridge(lan.second_bridge->name, lan.second_bridge->mtu, {}, kNetworkdPlain));
        files.network(lan.second_bridge->name,
                      networkd_bare(lan.second_bridge->name, lan.second_bridge->mtu));
    }
    return std::move(files.files);
}

} // namespace onlan::plan
