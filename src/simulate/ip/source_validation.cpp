#include "simulate/ip/source_validation.hpp"

namespace onlan::simulate {
namespace {

SourceVerdict local_source(const Device& in)
{
    return {.valid = false,
            .stage = Stage::local_source,
            .because = BySysctl{.setting = in.settings.ipv4["accept_local"]}};
}

SourceVerdict invalid_source()
{
    return {.valid = false,
            .stage = Stage::invalid_source,
            .because = ByKernel{.function = "__fib_validate_source",
                                .text = "the source is not a unicast address"}};
}

SourceVerdict reverse_path(const Device& in, const Words& why)
{
    return {.valid = false,
            .stage = Stage::rp_filter,
            .because = BySysctl{.setting = in.settings.ipv4["rp_filter"], .aside = why}};
}

// The lookup of a reply: addresses and ports swapped (__fib_validate_source()).
FlowKey reversed(const FlowKey& key, const Device& in, const Device* out)
{
    return {.destination = key.source,
            .source = key.destination,
            .in = out != nullptr
                      ? out->link->index
                      : (in.netns->loopback != nullptr ? in.netns->loopback->link->index : 0),
            .mark = in.settings.ipv4["src_valid_mark"].value != 0 ? key.mark : 0,
            .tos = key.tos,
            .protocol = key.protocol,
            .source_port = key.destination_port,
            .destination_port = key.source_port};
}

// Is the scope of its next hop RT_SCOPE_HOST?
bool is_direct(const model::Route& route)
{
    return route.multipath ? !route.next_hops.front().gateway : !route.gateway;
}

SourceVerdict full_check(const Device& in, const Device* out, const FlowKey& key)
{
    const int filter = in.settings.ipv4["rp_filter"].value;
    const RouteFound found = in.netns->ipv4.lookup(reversed(key, in, out));
    if (!found.ok())
        return filter == 0 ? SourceVerdict{}
                           : reverse_path(in, "(no route leads back to the source)");
    const auto type = static_cast<RouteType>(found.route->type);
    if (type == RouteType::local) {
        if (in.settings.ipv4["accept_local"].value == 0)
            return local_source(in);
    } else if (type != RouteType::unicast) {
        return invalid_source();
    }
    if (leads_through(*found.route, in.link->index) ||
        (type == RouteType::local && in.link->loopback))
        return {.on_link = is_direct(*found.route)};
    const RouteOf back{in.netns, found.route};
    // "last_resort": a device without an address has no reverse path that loose mode could accept,
    // so for it loose is as strict as strict.
    if (!in.has_address(net::Family::ipv4))
        return filter == 0 ? SourceVerdict{}
                           : reverse_path(in, {"({} has no address, so loose mode drops what "
                                               "strict mode would; the route back is '{}')",
                                               in.name(), back});
    constexpr int kStrict = 1;
    if (filter == kStrict)
        return reverse_path(in, {"(the route back is '{}')", back});
    FlowKey through = reversed(key, in, out);
    through.out = in.link->index;
    const RouteFound other = in.netns->ipv4.lookup(through);
    return {.on_link = other.ok() &&
                       static_cast<RouteType>(other.route->type) == RouteType::unicast &&
                       is_direct(*other.route)};
}

} // namespace

SourceVerdict validate_source(const Device& in, const Device* out, const FlowKey& key)
{
    const DeviceSettings& settings = in.settings;
    const bool may_redirect = &in == out && settings.ipv4["send_redirects"].value != 0;
    if (settings.ipv4["rp_filter"].value != 0 || may_redirect)
        return full_check(in, out, key);
    if (settings.ipv4["accept_local"].value != 0)
        return {};
    if (in.netns->ipv4.custom_rules())
        return full_check(in, out, key);
    return in.netns->facts->has_address(key.source) ? local_source(in) : SourceVerdict{};
}

} // namespace onlan::simulate
