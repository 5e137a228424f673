#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kernel/netns.hpp"
#include "net/prefix.hpp"

namespace onlan::lab {

//                                +- router  192.168.137.245
//   host, on br-lan --- switch --+
//     192.168.137.250            +- pc      192.168.137.10
//
// The bridge's port is the NIC eno1; the switch is a bridge in a namespace of its own.
inline constexpr std::string_view kUplinkBridge = "br-lan";
inline constexpr std::string_view kSubnet = "192.168.137.0/24";
inline constexpr std::string_view kRouter = "192.168.137.245";
inline constexpr std::string_view kPc = "192.168.137.10";
inline constexpr std::string_view kHost = "192.168.137.250";

struct Topology {
    kernel::NetnsHandle host;
    kernel::NetnsHandle router;
    kernel::NetnsHandle pc;
};

[[nodiscard]] Result<Topology> build_topology();

// A new machine of the lab: a namespace in which only loopback is there, and up.
[[nodiscard]] Result<kernel::NetnsHandle> make_machine(std::string_view name);

// A cable from `interface` of one namespace to a port called `port` of the bridge `bridge` in
// another. The interface gets the address and, if one is given, a default route.
struct Plug {
    std::string interface;
    std::string port;
    std::string bridge;
    net::InterfaceAddress address;
    std::string gateway; // empty: no default route
};
[[nodiscard]] Result<>
plug(const kernel::NetnsHandle& machine, const kernel::NetnsHandle& bridge_netns, const Plug& plug);

// In this thread's namespace: a bridge that is up, with an address if one is given.
[[nodiscard]] Result<> make_bridge(std::string_view name, std::string_view address = {});

} // namespace onlan::lab
