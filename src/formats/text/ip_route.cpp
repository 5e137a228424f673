// `ip route`, of any table and family.

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/routing_words.hpp"
#include "formats/text/words.hpp"
#include "net/netlink_attributes.hpp"

namespace onlan::formats::text::forms {
namespace {

constexpr auto kTypes = numbered(model::kRouteTypes);
constexpr std::uint16_t kMetricMtu = 2; // RTAX_MTU of include/uapi/linux/rtnetlink.h

std::optional<net::IpAddress> gateway_in(const Words& words)
{
    const std::string_view via = words.after("via");
    return value_of<net::IpAddress>(via == "inet6" || via == "inet" ? words.after(via) : via);
}

std::vector<std::uint8_t> metrics_in(const Words& words)
{
    std::vector<std::uint8_t> metrics;
    if (const auto mtu = words.number_after<std::uint32_t>("mtu"))
        net::append_attribute(metrics, kMetricMtu,
                              {reinterpret_cast<const std::uint8_t*>(&*mtu), sizeof *mtu});
    return metrics;
}

// Of a default route the rest of it tells the family, if the command has not.
net::Family family_of(const Words& words, net::Family otherwise)
{
    if (words.has("pref"))
        return net::Family::ipv6;
    for (const std::string_view key : {"src", "via"}) {
        if (const auto address = words.value_after<net::IpAddress>(key))
            return address->family();
    }
    return otherwise;
}

class RouteReader {
public:
    RouteReader(const Excerpt& excerpt, Paste& paste)
        : excerpt_(excerpt),
          paste_(paste),
          part_(paste.part(excerpt)),
          family_(excerpt.asked("-6") ? net::Family::ipv6 : net::Family::ipv4)
    {}

    void read()
    {
        for (const Line& line : excerpt_.lines) {
            if (!route(line.text))
                paste_.not_used(line, "not a line of `ip route`");
        }
        part_.told.insert(family_ == net::Family::ipv6 ? Topic::routes6 : Topic::routes);
        if (excerpt_.asked("all"))
            part_.told.insert({Topic::routes, Topic::local_routes});
        if (saw_ipv6_)
            part_.told.insert(Topic::routes6);
    }

private:
    bool route(std::string_view line)
    {
        Words words(line);
        if (words.peek() == "nexthop")
            return next_hop(words);
        model::Route route;
        const std::string_view first = words.peek();
        if (std::ranges::find(model::kRouteTypes, first) != model::kRouteTypes.end())
            route.type = number_for<std::uint8_t>(words.next(), kTypes, route.type);
        const auto destination = destination_in(words.next(), family_of(words, family_));
        if (!destination)
            return false;
        route.destination = *destination;
        saw_ipv6_ = saw_ipv6_ || route.destination.family() == net::Family::ipv6;
        const std::string_view table = excerpt_.option("table");
        route.table = table_for(table == "all" ? std::string_view{} : table, model::kTableMain);
        route.table = table_for(words.after("table"), route.table);
        route.protocol = number_for<std::uint8_t>(words.after("proto"), model::kRouteProtocols,
                                                  model::kProtocolBoot);
        route.scope =
            number_for<std::uint8_t>(words.after("scope"), model::kScopes, model::kScopeUniverse);
        route.tos = words.number_after<std::uint8_t>("tos").value_or(0);
        route.flags = words.has("onlink") ? model::kOnlink : 0;
        route.gateway = gateway_in(words);
        route.preferred_source = words.value_after<net::IpAddress>("src");
        route.link = device_of(words);
        route.metric = words.number_after<std::uint32_t>("metric").value_or(0);
        route.encapsulated = words.has("encap");
        route.metrics = metrics_in(words);
        part_.netns.routes.push_back(std::move(route));
        return true;
    }

    bool next_hop(Words words)
    {
        if (part_.netns.routes.empty())
            return false;
        words.next();
        model::Route& route = part_.netns.routes.back();
        route.multipath = true;
        route.next_hops.push_back({.gateway = gateway_in(words),
                                   .link = device_of(words),
                                   .weight = words.number_after<unsigned>("weight").value_or(1),
                                   .flags = static_cast<std::uint8_t>(
                                       (words.has("dead") ? model::kNextHopDead : 0U) |
                                       (words.has("linkdown") ? model::kNextHopLinkdown : 0U) |
                                       (words.has("onlink") ? model::kOnlink : 0U)),
                                   .other = {}});
        return true;
    }

    int device_of(const Words& words)
    {
        const std::string_view device = words.after("dev");
        return device.empty() ? 0 : part_.device(device);
    }

    const Excerpt& excerpt_;
    Paste& paste_;
    Part& part_;
    net::Family family_;
    bool saw_ipv6_ = false;
};

void read_routes(const Excerpt& excerpt, Paste& paste)
{
    RouteReader(excerpt, paste).read();
}

bool asks_routes(const Command& command)
{
    return is_ip(command, "route") && std::ranges::find(command, "get") == command.end() &&
           std::ranges::none_of(command,
                                [](const std::string& word) { return word.starts_with("-j"); });
}

bool begins_routes(std::string_view line)
{
    Words words(line);
    const std::string_view first = words.next();
    if (first == "default")
        return words.has("dev") || words.has("via");
    if (std::ranges::find(model::kRouteTypes, first) != model::kRouteTypes.end())
        return words.has("dev") && destination_in(words.peek(), net::Family::ipv4).has_value();
    return destination_in(first, net::Family::ipv4).has_value() &&
           (words.peek() == "via" || words.peek() == "dev") &&
           (words.has("proto") || words.has("scope") || words.has("metric") ||
            words.peek() == "via");
}

} // namespace

std::span<const Form> ip_route()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ip route", asks_routes, begins_routes, read_routes}});
    return kRows;
}

} // namespace onlan::formats::text::forms
