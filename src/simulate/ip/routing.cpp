// Routing decisions: net/ipv4/route.c, net/ipv4/devinet.c.

#include "simulate/ip/routing.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "simulate/ip/source_validation.hpp"

namespace onlan::simulate {
namespace {

RouteInput drop(Stage stage, std::string_view function, std::string_view text)
{
    return {
        .destination = {}, .stage = stage, .because = ByKernel{.function = function, .text = text}};
}

bool first_byte(const net::IpAddress& address, std::uint8_t value)
{
    return address.family() == net::Family::ipv4 && address.bytes()[0] == value;
}

bool limited_broadcast(const net::IpAddress& address)
{
    return address.family() == net::Family::ipv4 &&
           std::ranges::all_of(address.bytes(), [](auto byte) { return byte == 0xFF; });
}

bool multicast(const net::IpAddress& address)
{
    return address.family() == net::Family::ipv4 ? (address.bytes()[0] & 0xF0U) == 0xE0
                                                 : address.bytes()[0] == 0xFF;
}

const Device* device_of(const Namespace& netns, int link)
{
    const auto found = netns.by_index.find(link);
    return found == netns.by_index.end() ? nullptr : found->second;
}

// fib_select_path(). Of several hops a hash chooses whose seed differs from boot to boot; with the
// default policy packets of one pair of addresses go the same way.
model::NextHop
select_hop(Run& run, const Namespace& netns, const model::Route& route, const FlowKey& key)
{
    if (route.encapsulated)
        run.assume(fmt::format("route {} in {} encapsulates packets; this is ignored",
                               describe(netns, route), netns.name()));
    if (!route.multipath)
        return {.gateway = route.gateway, .link = route.link};
    constexpr std::uint32_t kUnusable = model::kNextHopDead | model::kNextHopLinkdown;
    std::vector<model::NextHop> usable;
    std::ranges::copy_if(
        route.next_hops, std::back_inserter(usable), [&](const model::NextHop& hop) {
            return (hop.flags & kUnusable) == 0 && (key.out == 0 || hop.link == key.out);
        });
    if (usable.empty())
        return route.next_hops.empty() ? model::NextHop{} : route.next_hops.front();
    if (usable.size() == 1)
        return usable.front();
    const std::string flow =
        fmt::format("packets from {} to {}", key.source.to_string(), key.destination.to_string());
    const model::NextHop& hop = usable[run.choices.pick(
        fmt::format("{}: {} in {}", describe(netns, route), flow, netns.name()), usable.size())];
    const Device* device = device_of(netns, hop.link);
    run.assume(fmt::format("{} take the next hop through {} of route {} in {}", flow,
                           device == nullptr ? "an unknown device" : device->name(),
                           describe(netns, route), netns.name()));
    return hop;
}

// What no routing table can make right (ip_route_input_slow(), the martians).
std::optional<RouteInput> martian(const Device& in, const FlowKey& key)
{
    if (key.source.family() != net::Family::ipv4)
        return {};
    if (multicast(key.source) || limited_broadcast(key.source))
        return drop(Stage::martian_source, "ip_route_input_slow",
                    "the source is a multicast or broadcast address");
    if (first_byte(key.source, 0) && !limited_broadcast(key.destination))
        return drop(Stage::martian_source, "ip_route_input_slow", "the source is in 0.0.0.0/8");
    if (first_byte(key.destination, 0))
        return drop(Stage::martian_destination, "ip_route_input_slow",
                    "the destination is in 0.0.0.0/8");
    const bool loopback = first_byte(key.destination, 127) || first_byte(key.source, 127);
    if (loopback && !in.link->loopback && in.settings.ipv4["route_localnet"].value == 0)
        return RouteInput{.destination = {},
                          .stage = Stage::route_localnet,
                          .because = BySysctl{.setting = in.settings.ipv4["route_localnet"]}};
    return {};
}

// ip_error() will be its input: the packet is answered by ICMP, or only counted.
RouteInput unroutable(RouteError error, const model::Route* route)
{
    return {.destination =
                Destination{.input = Destination::Input::error, .error = error, .route = route}};
}

bool forwarding(const Device& in, net::Family family)
{
    return in.settings.forwarding(family).value != 0;
}

SourceVerdict check_source(const Device& in, const Device* out, const FlowKey& key)
{
    // IPv6 has no such check in its routing code.
    return key.source.family() == net::Family::ipv6 ? SourceVerdict{}
                                                    : validate_source(in, out, key);
}

std::optional<RouteInput> refused(const SourceVerdict& verdict)
{
    if (verdict.valid)
        return {};
    return RouteInput{.destination = {}, .stage = verdict.stage, .because = verdict.because};
}

// __mkroute_input(): may a neighbour be told of another way through the device that it came by?
bool redirects(const Device& device,
               const net::IpAddress& source,
               const std::optional<net::IpAddress>& gateway)
{
    if (source.family() != net::Family::ipv4 || device.settings.ipv4["send_redirects"].value == 0)
        return false;
    // inet_addr_onlink()
    return device.settings.ipv4["shared_media"].value != 0 ||
           std::ranges::any_of(device.addresses, [&](const model::Address* address) {
               const net::Prefix subnet = address->local.subnet();
               return subnet.contains(source) && (!gateway || subnet.contains(*gateway));
           });
}

// __ip_dev_find()
bool is_own(const Namespace& netns, const net::IpAddress& address)
{
    return netns.ipv4.address_type(address) == RouteType::local ||
           netns.facts->has_address(address);
}

} // namespace

FlowKey flow_key(const Packet& packet)
{
    if (packet.is_arp())
        return {.destination = packet.arp->target, .source = packet.arp->sender};
    const Ip& ip = packet.ip;
    return {.destination = ip.destination,
            .source = ip.source,
            .mark = packet.mark,
            .tos = ip.tos,
            .protocol = ip.protocol,
            .source_port = ip.source_port,
            .destination_port = ip.destination_port};
}

RouteInput route_input(Run& run, const Device& in, FlowKey key)
{
    if (auto refused = martian(in, key))
        return *std::move(refused);
    const Namespace& netns = *in.netns;
    const net::Family family = key.destination.family();
    key.in = in.link->index;
    if (limited_broadcast(key.destination))
        return {.destination = Destination{.broadcast = true}};
    if (multicast(key.destination))
        return {.destination = Destination{.broadcast = true}};
    const RouteFound found = netns.fib(family).lookup(key);
    // Without forwarding ip_error() only counts. In IPv6 ip6_pkt_drop() answers before anybody asks
    // for it.
    if (!found.ok())
        return unroutable(family == net::Family::ipv6 || forwarding(in, family) ? found.error
                                                                                : RouteError::none,
                          found.route);

    const auto type = static_cast<RouteType>(found.route->type);
    if (type == RouteType::broadcast && in.settings.ipv4["bc_forwarding"].value == 0) {
        if (auto dropped = refused(check_source(in, nullptr, key)))
            return *std::move(dropped);
        return {.destination = Destination{.route = found.route, .broadcast = true}};
    }
    if (type == RouteType::local || type == RouteType::anycast) {
        if (auto dropped = refused(check_source(in, nullptr, key)))
            return *std::move(dropped);
        return {.destination =
                    Destination{.input = Destination::Input::local, .route = found.route}};
    }
    if (!forwarding(in, family))
        return unroutable(RouteError::none, nullptr);
    const model::NextHop hop = select_hop(run, netns, *found.route, key);
    const Device* out = device_of(netns, hop.link);
    if (type != RouteType::unicast || out == nullptr)
        return drop(Stage::martian_destination, "ip_mkroute_input", "the route leads nowhere");
    const SourceVerdict source = check_source(in, out, key);
    if (auto dropped = refused(source))
        return *std::move(dropped);
    return {.destination = Destination{.input = Destination::Input::forward,
                                       .out = out,
                                       .gateway = hop.gateway,
                                       .route = found.route,
                                       .redirect = &in == out && source.on_link &&
                                                   redirects(in, key.source, hop.gateway)}};
}

std::optional<net::IpAddress> select_address(const Device& device, const net::IpAddress& next_hop)
{
    const auto usable = [&](const model::Address& address) {
        return address.local.address.family() == next_hop.family() &&
               address.scope < model::kScopeHost && (address.flags & model::kAddressSecondary) == 0;
    };
    const net::IpAddress* first = nullptr;
    for (const model::Address* address : device.addresses) {
        if (!usable(*address))
            continue;
        if (address->local.subnet().contains(next_hop))
            return address->local.address;
        if (first == nullptr)
            first = &address->local.address;
    }
    if (first != nullptr)
        return *first;
    // inet_select_addr(): "not loopback addresses on loopback should be preferred in this case":
    // any device of the namespace will do.
    for (const auto& other : device.netns->devices) {
        for (const model::Address* address : other->addresses) {
            if (usable(*address))
                return address->local.address;
        }
    }
    return {};
}

RouteOutput route_output(Run& run, const Namespace& netns, FlowKey key)
{
    const net::Family family = key.destination.family();
    const RouteFound found = netns.fib(family).lookup(key);
    if (!found.ok())
        return {.source = key.source, .error = found.error, .route = found.route};
    const auto type = static_cast<RouteType>(found.route->type);
    const bool local = type == RouteType::local || type == RouteType::anycast;
    const model::NextHop hop = select_hop(run, netns, *found.route, key);
    const Device* out = local ? netns.loopback : device_of(netns, hop.link);
    if (out == nullptr)
        return {
            .source = key.source, .error = RouteError::network_unreachable, .route = found.route};
    // __mkroute_output(): 127.0.0.0/8 does not leave the host.
    if (first_byte(key.source, 127) && !out->link->loopback &&
        out->settings.ipv4["route_localnet"].value == 0)
        return {.source = key.source,
                .error = RouteError::invalid,
                .route = found.route,
                .refused_by = out->settings.ipv4["route_localnet"]};
    RouteOutput output{.destination = Destination{.input = local ? Destination::Input::local
                                                                 : Destination::Input::forward,
                                                  .out = out,
                                                  .gateway = hop.gateway,
                                                  .route = found.route,
                                                  .broadcast = type == RouteType::broadcast},
                       .source = key.source,
                       .route = found.route};
    if (key.source == net::IpAddress::any(family)) {
        if (found.route->preferred_source)
            output.source = *found.route->preferred_source;
        else if (local)
            output.source = key.destination;
        else
            output.source =
                select_address(*out, hop.gateway.value_or(key.destination)).value_or(key.source);
    }
    return output;
}

RouteOutput route_own_output(Run& run, const Namespace& netns, const FlowKey& key)
{
    const bool chosen = key.source != net::IpAddress::any(key.source.family());
    if (chosen && key.source.family() == net::Family::ipv4 && !is_own(netns, key.source))
        return {.source = key.source, .error = RouteError::foreign_source};
    return route_output(run, netns, key);
}

std::string_view describe(RouteError error)
{
    switch (error) {
    case RouteError::none:
        return "routed";
    case RouteError::network_unreachable:
        return "no route leads there";
    case RouteError::host_unreachable:
        return "the route says unreachable";
    case RouteError::prohibited:
        return "the route says prohibit";
    case RouteError::invalid:
        return "the route says blackhole";
    case RouteError::foreign_source:
        return "the source is not an address of this host";
    }
    return {};
}

std::string describe(const Namespace& netns, const model::Route& route)
{
    std::string text;
    if (route.type > number(RouteType::unicast) && route.type < model::kRouteTypes.size())
        text.append(model::kRouteTypes.at(route.type)).append(" ");
    text += route.destination.length() == 0 ? "default" : route.destination.to_string();
    if (route.gateway)
        text += " via " + route.gateway->to_string();
    if (const Device* device = device_of(netns, route.link))
        text += " dev " + device->name();
    if (route.table != model::kTableMain)
        text += route.table == model::kTableLocal ? " table local"
                                                  : fmt::format(" table {}", route.table);
    return text;
}

Reason by_route(const Namespace& netns, const Destination& destination)
{
    if (destination.route != nullptr)
        return ByEntry{.table = model::ByEntry::Table::route,
                       .text = {"{}", RouteOf{&netns, destination.route}}};
    return ByKernel{.function = "fib_lookup", .text = describe(destination.error)};
}

} // namespace onlan::simulate
