#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/netns.hpp"
#include "simulate/run/run.hpp"
#include "simulate/run/wiring.hpp"

namespace onlan::simulate {

// A machine that the snapshot does not hold: an ordinary host behind the device that leads to it,
// or a router.
struct Machine {
    model::Netns netns; // named "lan:IP"
    Plug plug;          // where its NIC is
    std::vector<std::string> assumptions;
};

// Where a namespace of the snapshot and the host meet by way of what the snapshot does not hold,
// such as the two ends of a tunnel.
struct Meeting {
    std::string device; // of the namespace
    std::string edge;   // of the host
};
[[nodiscard]] std::optional<Meeting> meeting_outside(std::span<const model::Netns> namespaces,
                                                     const model::Netns& far);

// The machines outside that a flow in a snapshot needs. The first of `namespaces` is the host.
class Machines {
public:
    explicit Machines(std::span<const model::Netns> namespaces) : namespaces_(namespaces) {}

    // The name of one with this address, which no namespace of the snapshot has: on a segment, or
    // behind the router that leads there, in the eyes of `asker` if it knows one and of the others
    // if not. Nothing when no device leads to the address. On `serves` it listens, for both TCP and
    // UDP.
    std::optional<std::string> place(const net::IpAddress& address,
                                     const model::Netns& asker,
                                     std::optional<std::uint16_t> serves);

    // Whoever a packet was sent on to. Is there anything that was not there before?
    [[nodiscard]] bool place(const NextHop& hop);

    [[nodiscard]] const std::deque<Machine>& all() const { return all_; }

private:
    [[nodiscard]] Machine* find(const net::IpAddress& address);
    [[nodiscard]] bool is_inside(const net::IpAddress& address) const;
    [[nodiscard]] bool is_of_snapshot(const Namespace& netns) const;
    Machine* place_on_link(const net::IpAddress& address);
    Machine* place_beyond(const net::IpAddress& address, const model::Netns& asker);

    std::span<const model::Netns> namespaces_;
    std::deque<Machine> all_; // stay where they are: a world refers to them
};

} // namespace onlan::simulate
