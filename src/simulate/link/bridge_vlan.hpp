#pragma once

#include "simulate/run/packet.hpp"
#include "simulate/world.hpp"

// VLANs of a bridge that filters them: net/bridge/br_vlan.c. `device` is a port, or the bridge
// itself, whose own set counts for what goes to and comes from the host.
namespace onlan::simulate {

// br_allowed_ingress(): puts the frame into its VLAN. False: it may not enter.
[[nodiscard]] bool vlan_enters(const Device& bridge, const Device& device, Packet& packet);
// br_allowed_egress()
[[nodiscard]] bool vlan_leaves(const Device& bridge, const Device& device, const Packet& packet);
// br_handle_vlan(): removes the tag where the device wants it so.
void vlan_untag(const Device& bridge, const Device& device, Packet& packet);

} // namespace onlan::simulate
