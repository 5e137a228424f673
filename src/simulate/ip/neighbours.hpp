#pragma once

#include <optional>

#include "simulate/run/run.hpp"

namespace onlan::simulate {

// neigh_output()
void neighbour_output(Run& run, const Device& out, const net::IpAddress& next_hop, Packet&& packet);
[[nodiscard]] std::optional<net::MacAddress> find_neighbour(const Run& run,
                                                            const NeighbourKey& key);
// neigh_update(): sends what has waited for this address.
void learn_neighbour(Run& run, const NeighbourKey& key, const net::MacAddress& mac);
void arp_receive(Run& run, const Device& device, const Packet& received);
// Sends the next proxied answer whose time has come. False: none waits.
bool answer_late(Run& run);
// What waits for an address that nobody has answered for fails (neigh_timer_handler()).
void fail_waiting(Run& run);

} // namespace onlan::simulate
