#pragma once

#include <optional>
#include <span>

#include "model/netns.hpp"

namespace onlan::simulate {

// A device whose other end the snapshot does not hold: a NIC or several as one, a virtual machine's
// tap, a tunnel, a cable into another namespace.
struct Edge {
    const model::Netns* netns = nullptr;
    const model::Link* link = nullptr;
};

// How an address that the snapshot does not hold is reached without a router.
struct OnLink {
    Edge edge;
    const model::Netns* asker = nullptr; // who has an address on that segment
    net::IpAddress own;                  // that address
    unsigned length = 0;
    std::optional<net::MacAddress> mac; // if somebody knows it
};

// By the first of `namespaces` that has an address on the segment.
[[nodiscard]] std::optional<OnLink> on_link(std::span<const model::Netns> namespaces,
                                            const net::IpAddress& address);

// By `asker`.
[[nodiscard]] std::optional<OnLink> on_link(std::span<const model::Netns> namespaces,
                                            const model::Netns& asker,
                                            const net::IpAddress& address);

[[nodiscard]] bool is_edge(std::span<const model::Netns> namespaces,
                           const model::Netns& netns,
                           const model::Link& link);

} // namespace onlan::simulate
