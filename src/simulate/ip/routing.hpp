#pragma once

#include <optional>

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// ip_route_input_slow()
struct RouteInput {
    std::optional<Destination> destination; // nothing: dropped
    Stage stage = Stage::route;             // of the drop: rp_filter, martian_source…
    Reason because;
};
[[nodiscard]] RouteInput route_input(Run& run, const Device& in, FlowKey key);
[[nodiscard]] FlowKey flow_key(const Packet& packet);
// ip_route_output_key()
struct RouteOutput {
    std::optional<Destination> destination;
    net::IpAddress source;
    RouteError error = RouteError::none;
    const model::Route* route = nullptr;
    std::optional<Setting> refused_by; // the sysctl that forbids to follow the route
};
[[nodiscard]] RouteOutput route_output(Run& run, const Namespace& netns, FlowKey key);
// The same for who sends from an address of its own: IPv4 allows no other, but to transparent
// sockets (ip_route_output_key_hash_rcu(), FLOWI_FLAG_ANYSRC).
[[nodiscard]] RouteOutput route_own_output(Run& run, const Namespace& netns, const FlowKey& key);
// inet_select_addr()
[[nodiscard]] std::optional<net::IpAddress> select_address(const Device& device,
                                                           const net::IpAddress& next_hop);
[[nodiscard]] std::string describe(const Namespace& netns, const model::Route& route);
[[nodiscard]] Reason by_route(const Namespace& netns, const Destination& destination);
[[nodiscard]] std::string_view describe(RouteError error);

} // namespace onlan::simulate
