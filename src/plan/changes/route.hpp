#pragma once

#include "plan/changes/kind.hpp"

namespace onlan::plan {

struct RemoveRoute;

// `route.link` is not used: the link is named. Of several next hops, the one without an index is on
// that link.
struct AddRoute {
    std::string link;
    model::Route route;

    static constexpr Kind kKind{.word = "add-route", .phase = Phase::add_routes};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] RemoveRoute inverse() const;
    [[nodiscard]] AddRoute essence() const;

    friend bool operator==(const AddRoute&, const AddRoute&) = default;
};

// Its inverse puts its stand-in there.
struct RemoveRoute {
    std::string link;
    model::Route route;

    static constexpr Kind kKind{.word = "remove-route", .phase = Phase::remove_routes};
    [[nodiscard]] std::string describe() const;
    [[nodiscard]] Result<Commands> commands() const;
    [[nodiscard]] bool holds(const model::Host& host) const;
    void effect(const Place& at) const;
    [[nodiscard]] AddRoute inverse() const;

    friend bool operator==(const RemoveRoute&, const RemoveRoute&) = default;
};

// What is put in a route's place on another link, or back on its own.
//
// A route that the kernel has learnt from a router it learns again, but not beside a copy of ours:
// the advertisement would only prolong that, and the rest of it, the prefixes of the host's
// addresses, would be skipped (net/ipv6/ndisc.c, ndisc_router_discovery()). So the copy is a step
// less preferred and ends when the route would have ended.
[[nodiscard]] model::Route stand_in(model::Route route);

constexpr auto fields_of(const AddRoute*)
{
    return std::tuple{model::field("link", &AddRoute::link),
                      model::field("route", &AddRoute::route)};
}

constexpr auto fields_of(const RemoveRoute*)
{
    return std::tuple{model::field("link", &RemoveRoute::link),
                      model::field("route", &RemoveRoute::route)};
}

} // namespace onlan::plan
