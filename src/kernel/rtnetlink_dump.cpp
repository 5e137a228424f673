#include "kernel/rtnetlink_dump.hpp"

#include <algorithm>
#include <array>

#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/dump.hpp"
#include "kernel/link_decode.hpp"
#include "kernel/netlink_decode.hpp"
#include "kernel/wireless.hpp"

namespace onlan::kernel {
namespace {

constexpr std::array<unsigned char, 2> kFamilies = {AF_INET, AF_INET6};

model::Link* find_link(std::vector<model::Link>& links, int index)
{
    const auto found = std::ranges::find(links, index, &model::Link::index);
    return found == links.end() ? nullptr : &*found;
}

Result<> add_vlans(std::vector<model::Link>& links, NetlinkSocket& socket)
{
    if (std::ranges::none_of(links, [](const model::Link& link) {
            return link.bridge && link.bridge->vlan_filtering;
        }))
        return {};
    std::vector<LinkVlans> found;
    const ifinfomsg all{.ifi_family = AF_BRIDGE};
    Message request(RTM_GETLINK, 0, all);
    request.put(IFLA_EXT_MASK, std::uint32_t{RTEXT_FILTER_BRVLAN_COMPRESSED});
    ONLAN_CHECK(dump_into(found, socket, std::move(request), vlans_from_message));
    for (LinkVlans& one : found) {
        model::Link* link = find_link(links, one.link);
        if (link != nullptr && !one.vlans.empty())
            link->vlans = std::move(one.vlans);
    }
    return {};
}

Result<> add_filtering_qdiscs(std::vector<model::Link>& links, NetlinkSocket& socket)
{
    std::vector<int> found;
    const tcmsg all{};
    auto dumped =
        dump_into(found, socket, Message(RTM_GETQDISC, 0, all), filtering_qdisc_from_message);
    // A kernel without traffic control (CONFIG_NET_SCHED).
    if (!dumped && dumped.error().code != std::errc::operation_not_supported)
        return dumped;
    for (const int index : found) {
        if (model::Link* link = find_link(links, index))
            link->traffic_control = true;
    }
    return {};
}

} // namespace

Result<std::vector<model::Link>> dump_links(NetlinkSocket& socket)
{
    std::vector<model::Link> links;
    const ifinfomsg all{};
    Message request(RTM_GETLINK, 0, all);
    // Statistics are most of an answer's bytes and nothing that we look at.
    request.put(IFLA_EXT_MASK, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
    ONLAN_CHECK(dump_into(links, socket, std::move(request), link_from_message));
    ONLAN_TRY(const auto wireless, dump_wireless());
    for (model::Link& link : links)
        link.wireless = wireless.contains(link.index);
    ONLAN_CHECK(add_vlans(links, socket));
    ONLAN_CHECK(add_filtering_qdiscs(links, socket));
    return links;
}

Result<std::vector<model::Address>> dump_addresses(NetlinkSocket& socket)
{
    std::vector<model::Address> addresses;
    const ifaddrmsg all{};
    ONLAN_CHECK(dump_into(addresses, socket, Message(RTM_GETADDR, 0, all), address_from_message));
    return addresses;
}

Result<std::vector<model::Route>> dump_routes(NetlinkSocket& socket)
{
    std::vector<model::Route> routes;
    for (const unsigned char family : kFamilies) {
        const rtmsg all{.rtm_family = family};
        ONLAN_CHECK(dump_into(routes, socket, Message(RTM_GETROUTE, 0, all), route_from_message));
    }
    return routes;
}

Result<std::vector<model::Rule>> dump_rules(NetlinkSocket& socket)
{
    std::vector<model::Rule> rules;
    for (const unsigned char family : kFamilies) {
        const fib_rule_hdr all{.family = family};
        ONLAN_CHECK(dump_into(rules, socket, Message(RTM_GETRULE, 0, all), rule_from_message));
    }
    return rules;
}

Result<std::vector<model::Neighbour>> dump_neighbours(NetlinkSocket& socket)
{
    std::vector<model::Neighbour> neighbours;
    const ndmsg all{};
    ONLAN_CHECK(
        dump_into(neighbours, socket, Message(RTM_GETNEIGH, 0, all), neighbour_from_message));
    return neighbours;
}

Result<std::vector<model::FdbEntry>> dump_fdb(NetlinkSocket& socket)
{
    std::vector<model::FdbEntry> entries;
    const ndmsg all{.ndm_family = AF_BRIDGE};
    ONLAN_CHECK(dump_into(entries, socket, Message(RTM_GETNEIGH, 0, all), fdb_from_message));
    return entries;
}

} // namespace onlan::kernel
