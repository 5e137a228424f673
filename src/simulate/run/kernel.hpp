#pragma once

#include <string_view>

namespace onlan::simulate {

// Where kernels differ in what a packet meets, and nothing but the release tells. Without one the
// newest is taken.
struct Kernel {
    // Of br_netfilter's entry for IP packets in the bridge's hook forward. Chains of the bridge
    // family behind it, up to priority 0, do not see the packets that it handles.
    int bridge_forward_priority = 0;
    // Of a range of destination ports the lowest free one is taken, and not a random one
    // (get_unique_tuple()).
    bool lowest_port_first = true;
};

// `release` as uname(1) tells it, such as "6.1.0-40-amd64". Both changes lie between 6.1 and 6.12;
// a kernel in between is taken for an older one.
[[nodiscard]] Kernel kernel_of(std::string_view release);

} // namespace onlan::simulate
