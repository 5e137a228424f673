#include "formats/ip_json.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "base/numbered.hpp"
#include "formats/json_rows.hpp"
#include "model/policy_rule.hpp"
#include "net/netlink_attributes.hpp"
#include "net/protocols.hpp"

namespace onlan::formats {
namespace {

using net::Family;

constexpr auto kTypes = numbered(model::kRouteTypes);

// A word that is known, or else a number.
template <typename Number>
Number
number_for(const Row& row, const char* key, std::span<const NamedNumber> words, Number otherwise)
{
    if (!row.has(key))
        return otherwise;
    const auto known = std::ranges::find(words, row.text(key).value_or(""), &NamedNumber::name);
    if (known != words.end())
        return static_cast<Number>(known->number);
    return row.number<Number>(key).value_or(otherwise);
}

// The index of the link that is named at this key; 0 where no link is named.
int link_at(const Row& row, const char* key, const std::vector<model::Link>& links)
{
    const auto name = row.text(key);
    if (!name)
        return 0;
    const auto found = std::ranges::find(links, *name, &model::Link::name);
    if (found == links.end())
        row.report(key, "no such link in the list of links: '" + *name + "'");
    return found == links.end() ? 0 : found->index;
}

std::optional<net::IpAddress> gateway_in(const Row& row)
{
    if (const auto via = row.row("via"))
        return via->value<net::IpAddress>("host");
    return row.value<net::IpAddress>("gateway");
}

// "default", "10.0.0.0/8", or an address alone.
net::Prefix destination_in(const Row& row, Family family)
{
    const std::string text = row.text("dst").value_or("default");
    if (text == "default")
        return net::Prefix::around(net::IpAddress::any(family), 0);
    if (const auto prefix = net::Prefix::parse(text))
        return *prefix;
    const auto address = row.value<net::IpAddress>("dst");
    return address ? net::Prefix::around(*address, net::address_bits(address->family()))
                   : net::Prefix{};
}

// One document may hold both families; of a default route the rest of it tells.
Family family_in(const Row& row, Family otherwise)
{
    if (row.has("pref")) // of IPv6 alone (RTA_PREF)
        return Family::ipv6;
    for (const char* key : {"gateway", "prefsrc"}) {
        if (const auto address = row.value<net::IpAddress>(key))
            return address->family();
    }
    return otherwise;
}

std::uint32_t flags_in(const Row& row)
{
    return (row.has_text("flags", "onlink") ? RTNH_F_ONLINK : 0U) |
           (row.has_text("flags", "dead") ? RTNH_F_DEAD : 0U) |
           (row.has_text("flags", "linkdown") ? RTNH_F_LINKDOWN : 0U);
}

// As the kernel gives RTA_METRICS: attributes of four bytes each. Only what decides over packets.
std::vector<std::uint8_t> metrics_in(const Row& row)
{
    std::vector<std::uint8_t> metrics;
    for (const Row& one : row.rows("metrics")) {
        const auto mtu = one.number<std::uint32_t>("mtu");
        if (!mtu)
            continue;
        net::append_attribute(metrics, RTAX_MTU,
                              {reinterpret_cast<const std::uint8_t*>(&*mtu), sizeof *mtu});
    }
    return metrics;
}

model::Route route_in(const Row& row, const std::vector<model::Link>& links, Family otherwise)
{
    model::Route route;
    route.destination = destination_in(row, family_in(row, otherwise));
    route.table = number_for<std::uint32_t>(row, "table", model::kTables, RT_TABLE_MAIN);
    route.type = number_for<std::uint8_t>(row, "type", kTypes, RTN_UNICAST);
    route.protocol = number_for<std::uint8_t>(row, "protocol", model::kRouteProtocols, RTPROT_BOOT);
    route.scope = number_for<std::uint8_t>(row, "scope", model::kScopes, RT_SCOPE_UNIVERSE);
    row.read("tos", route.tos);
    route.flags = flags_in(row) & RTNH_F_ONLINK;
    route.gateway = gateway_in(row);
    route.preferred_source = row.value<net::IpAddress>("prefsrc");
    route.link = link_at(row, "dev", links);
    row.read("metric", route.metric);
    route.encapsulated = row.has("encap");
    route.metrics = metrics_in(row);
    for (const Row& hop : row.rows("nexthops"))
        route.next_hops.push_back({.gateway = gateway_in(hop),
                                   .link = link_at(hop, "dev", links),
                                   .weight = hop.number<unsigned>("weight").value_or(1),
                                   .flags = static_cast<std::uint8_t>(flags_in(hop)),
                                   .other = {}});
    route.multipath = !route.next_hops.empty();
    return route;
}

// "all", or an address with its length beside it.
std::optional<net::Prefix> selector(const Row& row, const char* key, const char* length)
{
    const std::string text = row.text(key).value_or("all");
    if (text == "all" || text == "default")
        return {};
    const auto address = row.value<net::IpAddress>(key);
    if (!address)
        return {};
    const unsigned bits = net::address_bits(address->family());
    return net::Prefix::around(*address, row.number<unsigned>(length).value_or(bits));
}

std::optional<model::NumberRange>
range_in(const Row& row, const char* alone, const char* first, const char* last)
{
    if (const auto one = row.number<std::uint32_t>(alone))
        return model::NumberRange{.first = *one, .last = *one};
    const auto from = row.number<std::uint32_t>(first);
    const auto to = row.number<std::uint32_t>(last);
    return from && to ? std::optional(model::NumberRange{.first = *from, .last = *to})
                      : std::nullopt;
}

model::PolicyRule rule_in(const Row& row, Family family)
{
    constexpr auto kActions = std::to_array<NamedNumber>({{"blackhole", FR_ACT_BLACKHOLE},
                                                          {"unreachable", FR_ACT_UNREACHABLE},
                                                          {"prohibit", FR_ACT_PROHIBIT},
                                                          {"nop", FR_ACT_NOP}});
    model::PolicyRule rule{.family = family};
    row.read("priority", rule.priority);
    rule.invert = row.has("not");
    rule.from = selector(row, "src", "srclen");
    rule.to = selector(row, "dst", "dstlen");
    rule.input_interface = row.text("iif").value_or("");
    rule.output_interface = row.text("oif").value_or("");
    row.read("tos", rule.tos);
    if (const auto mark = row.number<std::uint32_t>("fwmark"))
        rule.mark = model::MaskedMark{
            .value = *mark,
            .mask = row.number<std::uint32_t>("fwmask").value_or(model::MaskedMark{}.mask)};
    rule.ip_protocol = number_for<std::uint8_t>(row, "ipproto", net::kProtocolNames, 0);
    rule.source_ports = range_in(row, "sport", "sport_start", "sport_end");
    rule.destination_ports = range_in(row, "dport", "dport_start", "dport_end");
    rule.uids = range_in(row, "uid", "uid_start", "uid_end");
    rule.l3mdev = row.has("l3mdev");
    rule.action = number_for<std::uint8_t>(row, "action", kActions, FR_ACT_TO_TBL);
    rule.table = number_for<std::uint32_t>(row, "table", model::kTables, 0);
    row.read("goto", rule.target);
    if (rule.target != 0)
        rule.action = FR_ACT_GOTO;
    rule.suppress_prefixlength = row.number<std::uint32_t>("suppress_prefixlen");
    rule.suppress_ifgroup = row.number<std::uint32_t>("suppress_ifgroup");
    rule.protocol = number_for<std::uint8_t>(row, "protocol", model::kRouteProtocols, 0);
    return rule;
}

} // namespace

Result<std::vector<model::Address>> addresses_from_ip(std::string_view text)
{
    std::vector<model::Address> addresses;
    ONLAN_CHECK(for_each_row(text, [&](const Row& link) {
        for (const Row& row : link.rows("addr_info")) {
            model::Address address;
            link.read("ifindex", address.link);
            const auto local = row.value<net::IpAddress>("local");
            if (!local) {
                row.report("local", "expected an address");
                return;
            }
            address.local = {.address = *local,
                             .length = row.number<unsigned>("prefixlen").value_or(0)};
            address.peer = row.value<net::IpAddress>("address");
            address.broadcast = row.value<net::IpAddress>("broadcast");
            address.scope =
                number_for<std::uint8_t>(row, "scope", model::kScopes, RT_SCOPE_UNIVERSE);
            address.label = row.text("label").value_or("");
            row.read("metric", address.metric);
            row.read("valid_life_time", address.valid);
            row.read("preferred_life_time", address.preferred);
            address.flags = (row.has("secondary") ? IFA_F_SECONDARY : 0U) |
                            (row.has("tentative") ? IFA_F_TENTATIVE : 0U) |
                            (row.has("deprecated") ? IFA_F_DEPRECATED : 0U) |
                            (row.has("dynamic") ? 0U : IFA_F_PERMANENT) |
                            (row.has("noprefixroute") ? IFA_F_NOPREFIXROUTE : 0U);
            addresses.push_back(std::move(address));
        }
    }));
    return addresses;
}

Result<std::vector<model::Route>>
routes_from_ip(std::string_view text, const std::vector<model::Link>& links, Family family)
{
    std::vector<model::Route> routes;
    ONLAN_CHECK(for_each_row(
        text, [&](const Row& row) { routes.push_back(route_in(row, links, family)); }));
    return routes;
}

Result<std::vector<model::Rule>> rules_from_ip(std::string_view text, Family family)
{
    std::vector<model::Rule> rules;
    ONLAN_CHECK(for_each_row(
        text, [&](const Row& row) { rules.push_back(model::rule_from(rule_in(row, family))); }));
    return rules;
}

Result<std::vector<model::Neighbour>> neighbours_from_ip(std::string_view text,
                                                         const std::vector<model::Link>& links)
{
    std::vector<model::Neighbour> neighbours;
    ONLAN_CHECK(for_each_row(text, [&](const Row& row) {
        model::Neighbour neighbour{.link = link_at(row, "dev", links),
                                   .address = {},
                                   .mac = row.value<net::MacAddress>("lladdr")};
        if (const auto address = row.value<net::IpAddress>("dst"))
            neighbour.address = *address;
        for (const std::string& state : row.texts("state")) {
            const auto* known =
                std::ranges::find(model::kNeighbourStates, state, &NamedNumber::name);
            if (known != model::kNeighbourStates.end())
                neighbour.state |= static_cast<std::uint16_t>(known->number);
        }
        neighbours.push_back(neighbour);
    }));
    return neighbours;
}

Result<std::vector<model::FdbEntry>> fdb_from_bridge(std::string_view text,
                                                     const std::vector<model::Link>& links)
{
    std::vector<model::FdbEntry> entries;
    ONLAN_CHECK(for_each_row(text, [&](const Row& row) {
        const auto mac = row.value<net::MacAddress>("mac");
        if (!mac)
            return; // of a device that is not Ethernet, or a VXLAN default
        const std::string state = row.text("state").value_or("");
        entries.push_back(
            {.port = link_at(row, "ifname", links),
             .bridge = link_at(row, "master", links),
             .mac = *mac,
             .vlan = row.number<std::uint16_t>("vlan").value_or(0),
             .state = static_cast<std::uint16_t>(state == "permanent" ? NUD_PERMANENT
                                                 : state == "static"  ? NUD_NOARP
                                                 : state == "stale"   ? NUD_STALE
                                                                      : NUD_REACHABLE)});
    }));
    return entries;
}

} // namespace onlan::formats
