#include "plan/changes/route.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plan/changes/shell.hpp"

namespace onlan::plan {
namespace {

std::string route_text(const std::string& link, const model::Route& route)
{
    std::string text = route.destination.length() == 0
                           ? std::string("the default route")
                           : "the route to " + route.destination.to_string();
    if (route.gateway)
        text += " via " + route.gateway->to_string();
    if (route.table != model::kTableMain)
        text += fmt::format(" in table {}", route.table);
    return fmt::format("{}{} on {}", text, route.multipath ? " over several next hops" : "", link);
}

Result<Commands>
route_command(const std::string& verb, const std::string& link, const model::Route& route)
{
    ONLAN_TRY(const Argv words, route_words(link, route));
    return Commands{
        shell_line({"ip", family_flag(route.destination.family()), "route", verb}, words)};
}

// What the kernel tells routes of one link apart by (net/ipv4/fib_trie.c, fib_table_insert()).
model::Route key_of(const model::Route& route)
{
    model::Route key{.destination = route.destination,
                     .table = route.table,
                     .type = route.type,
                     .tos = route.tos,
                     .gateway = route.gateway,
                     .metric = route.metric,
                     .next_hops = route.next_hops};
    for (model::NextHop& hop : key.next_hops)
        hop.flags &= static_cast<std::uint8_t>(~model::kNextHopState);
    return key;
}

// As it is in the kernel when it leaves through `link`.
model::Route on_link(model::Route route, const model::Link& link)
{
    if (!route.multipath)
        route.link = link.index;
    for (model::NextHop& hop : route.next_hops)
        hop.link = hop.link != 0 ? hop.link : link.index;
    return route;
}

bool is_same(const model::Route& one, const model::Route& other)
{
    return (one.multipath || one.link == other.link) && key_of(one) == key_of(other);
}

bool has_route(const model::Netns& netns, const std::string& name, const model::Route& route)
{
    const model::Link* link = netns.find_link(name);
    return link != nullptr && std::ranges::any_of(netns.routes, [wanted = on_link(route, *link)](
                                                                    const model::Route& other) {
               return is_same(other, wanted);
           });
}

} // namespace

std::string AddRoute::describe() const
{
    return "add " + route_text(link, route);
}

Result<Commands> AddRoute::commands() const
{
    return route_command("append", link, route);
}

bool AddRoute::holds(const model::Host& host) const
{
    return has_route(host.netns, link, route);
}

void AddRoute::effect(const Place& at) const
{
    const model::Link* found = at.netns.find_link(link);
    if (found != nullptr && !has_route(at.netns, link, route))
        at.netns.routes.push_back(on_link(route, *found));
}

RemoveRoute AddRoute::inverse() const
{
    return {.link = link, .route = route};
}

AddRoute AddRoute::essence() const
{
    return {.link = link, .route = key_of(route)};
}

std::string RemoveRoute::describe() const
{
    return "remove " + route_text(link, route);
}

Result<Commands> RemoveRoute::commands() const
{
    return route_command("del", link, route);
}

bool RemoveRoute::holds(const model::Host& host) const
{
    return !has_route(host.netns, link, route);
}

void RemoveRoute::effect(const Place& at) const
{
    if (const model::Link* found = at.netns.find_link(link))
        std::erase_if(at.netns.routes, [gone = on_link(route, *found)](const model::Route& other) {
            return is_same(other, gone);
        });
}

AddRoute RemoveRoute::inverse() const
{
    return {.link = link, .route = stand_in(route)};
}

model::Route stand_in(model::Route route)
{
    if (route.protocol == model::kProtocolRa)
        ++route.metric;
    return route;
}

} // namespace onlan::plan
