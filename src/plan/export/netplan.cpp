#include <algorithm>

#include <fmt/format.h>

#include "base/append_format.hpp"
#include "plan/export.hpp"
#include "plan/export/links.hpp"
#include "plan/export/rules.hpp"
#include "plan/export/words.hpp"

namespace onlan::plan {
namespace {

std::string joined(const std::vector<std::string>& names)
{
    return fmt::format("[{}]", fmt::join(names, ", "));
}

std::string netplan_route(const model::Route& route)
{
    if (std::string comment = by_hand(route); !comment.empty())
        return "        " + comment;
    std::string text;
    append_format(text, "        - to: {}\n",
                  route.destination.length() == 0 && route.gateway ? "default"
                                                                   : route.destination.to_string());
    if (route.gateway)
        append_format(text, "          via: {}\n", route.gateway->to_string());
    else
        append_format(text, "          scope: link\n");
    if (route.preferred_source)
        append_format(text, "          from: {}\n", route.preferred_source->to_string());
    if (route.metric != 0)
        append_format(text, "          metric: {}\n", route.metric);
    if (route.table != model::kTableMain)
        append_format(text, "          table: {}\n", route.table);
    if ((route.flags & model::kOnlink) != 0)
        append_format(text, "          on-link: true\n");
    return text;
}

constexpr std::string_view kNetplanBare = "      link-local: []\n"
                                          "      accept-ra: false\n";

Result<std::string> netplan_made_uplink(const ExportedUplink& exported)
{
    std::string text;
    if (exported.mac)
        append_format(text, "      macaddress: {}\n", exported.mac->to_string());
    if (exported.mtu != 0)
        append_format(text, "      mtu: {}\n", exported.mtu);
    append_format(text, "      parameters: {{stp: {}, forward-delay: {}}}\n",
                  needs_stp(exported.uplink), needs_stp(exported.uplink) ? 2 : 0);
    append_format(text, "      dhcp4: {}\n", exported.dhcp4);
    append_format(text, "      accept-ra: {}\n", exported.ipv6_ra);
    if (!exported.addresses.empty())
        append_format(text, "      addresses:\n");
    for (const model::Address& address : exported.addresses)
        append_format(text, "        - {}\n", address.local.to_string());
    if (!exported.routes.empty())
        append_format(text, "      routes:\n");
    for (const model::Route& route : exported.routes)
        text += netplan_route(route);
    ONLAN_TRY(const std::string rules, netplan_rules(exported.rules));
    return text + rules;
}

Result<std::string> netplan_uplink(const std::string& bridge, const ExportedLinks& links)
{
    std::vector<std::string> interfaces;
    const auto made = std::ranges::find(
        links.made_uplinks, bridge, [](const ExportedUplink& one) { return one.uplink.bridge; });
    if (made != links.made_uplinks.end())
        interfaces = made->uplink.ports;
    for (const ExportedLan& lan : links.lans) {
        if (lan.uplink_bridge == bridge)
            interfaces.push_back(lan.cable.name);
    }
    std::string text;
    if (made == links.made_uplinks.end())
        append_format(text,
                      "    # {} itself has to be defined in another netplan file; netplan adds "
                      "these to its interfaces.\n",
                      bridge);
    append_format(text, "    {}:\n      interfaces: {}\n", bridge, joined(interfaces));
    if (made == links.made_uplinks.end())
        return text;
    ONLAN_TRY(const std::string more, netplan_made_uplink(*made));
    return text + more;
}

std::string netplan_ethernets(const ExportedLinks& links)
{
    if (links.made_uplinks.empty())
        return {};
    std::string text = "  ethernets:\n";
    for (const ExportedUplink& exported : links.made_uplinks) {
        for (const std::string& port : exported.uplink.ports) {
            append_format(text, "    {}:\n      dhcp4: false\n      dhcp6: false\n{}", port,
                          kNetplanBare);
            if (exported.mtu != 0)
                append_format(text, "      mtu: {}\n", exported.mtu);
        }
    }
    return text;
}

std::string netplan_cables(const ExportedLinks& links)
{
    std::string text = "  virtual-ethernets:\n";
    for (const ExportedLan& lan : links.lans) {
        const CreateVeth& cable = lan.cable;
        append_format(text, "    {}:\n      peer: {}\n      macaddress: {}\n      mtu: {}\n{}",
                      cable.name, cable.peer, cable.mac.to_string(), cable.mtu, kNetplanBare);
        append_format(text, "    {}:\n      peer: {}\n      mtu: {}\n{}", cable.peer, cable.name,
                      cable.mtu, kNetplanBare);
    }
    return text;
}

Result<std::string> netplan_bridges(const ExportedLinks& links)
{
    std::string text = "  bridges:\n";
    std::vector<std::string> done;
    for (const ExportedLan& lan : links.lans) {
        if (std::ranges::find(done, lan.uplink_bridge) == done.end()) {
            ONLAN_TRY(const std::string uplink, netplan_uplink(lan.uplink_bridge, links));
            text += uplink;
            done.push_back(lan.uplink_bridge);
        }
        if (lan.second_bridge)
            append_format(text,
                          "    {}:\n      interfaces: [{}]\n      mtu: {}\n"
                          "      parameters: {{stp: false, forward-delay: 0}}\n{}",
                          lan.second_bridge->name, lan.cable.peer, lan.second_bridge->mtu,
                          kNetplanBare);
    }
    return text;
}

} // namespace

Result<std::vector<ExportedFile>> export_netplan(const model::Intent& intent,
                                                 const model::Host& host)
{
    const ExportedLinks links = exported_links(intent, host);
    if (links.lans.empty())
        return std::vector<ExportedFile>{};
    ONLAN_TRY(const std::string bridges, netplan_bridges(links));
    return std::vector<ExportedFile>{
        {.path = "/etc/netplan/90-onlan.yaml",
         .text = remains("netplan") +
                 "# 'virtual-ethernets' needs netplan 0.107 or newer (Ubuntu 24.04 has it, "
                 "Debian 12 does not).\n"
                 "network:\n  version: 2\n" +
                 netplan_ethernets(links) + netplan_cables(links) + bridges}};
}

} // namespace onlan::plan
