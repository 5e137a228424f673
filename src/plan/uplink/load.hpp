#pragma once

#include <string>
#include <vector>

#include "model/host.hpp"
#include "plan/plan.hpp"

namespace onlan::plan {

struct PlacedRoute {
    std::string link; // empty: the one that moves
    model::Route route;
};

// What moves from one link to another, in the order in which it has to be added.
struct Load {
    std::vector<model::Address> addresses;
    std::vector<PlacedRoute> routes;
};

// With the link's own routes go those of other links that would not stay what they are: deleting an
// address deletes the IPv4 routes that prefer it as source (net/ipv4/fib_semantics.c,
// fib_sync_down_addr()), and a route added again stands behind those of its key. IPv6 routes that
// the kernel makes are left to it. `together` are the uplink's links, whose routes move anyway.
[[nodiscard]] Load load_of(const model::Link& from,
                           const std::vector<const model::Link*>& together,
                           const model::Host& host);

[[nodiscard]] std::vector<Change>
moved(const Load& load, const std::string& from, const std::string& to);

// The link's own addresses and routes that move, in the order in which they have to be added.
[[nodiscard]] std::vector<model::Address> moving_addresses(const model::Link& port,
                                                           const model::Host& host);
[[nodiscard]] std::vector<model::Route> moving_routes(const model::Link& port,
                                                      const model::Host& host);

} // namespace onlan::plan
