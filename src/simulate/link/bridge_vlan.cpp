#include "simulate/link/bridge_vlan.hpp"

#include <algorithm>

namespace onlan::simulate {
namespace {

bool filters(const Device& bridge)
{
    return bridge.link->bridge->vlan_filtering;
}

// br_vlan_find()
const model::VlanRange* find(const Device& device, std::uint16_t vlan)
{
    const auto found =
        std::ranges::find_if(device.link->vlans, [vlan](const model::VlanRange& range) {
            return range.first <= vlan && vlan <= range.last;
        });
    return found == device.link->vlans.end() ? nullptr : &*found;
}

} // namespace

bool vlan_enters(const Device& bridge, const Device& device, Packet& packet)
{
    if (!filters(bridge))
        return true;
    // A tag with VLAN 0 carries a priority and nothing else.
    if (packet.ethernet.vlan.value_or(0) != 0)
        return find(device, *packet.ethernet.vlan) != nullptr;
    const auto pvid = std::ranges::find(device.link->vlans, true, &model::VlanRange::pvid);
    if (pvid == device.link->vlans.end())
        return false;
    packet.ethernet.vlan = pvid->first;
    return true;
}

bool vlan_leaves(const Device& bridge, const Device& device, const Packet& packet)
{
    return !filters(bridge) || find(device, packet.ethernet.vlan.value_or(0)) != nullptr;
}

void vlan_untag(const Device& bridge, const Device& device, Packet& packet)
{
    if (!filters(bridge) || !packet.ethernet.vlan)
        return;
    const model::VlanRange* range = find(device, *packet.ethernet.vlan);
    if (range != nullptr && range->untagged)
        packet.ethernet.vlan.reset();
}

} // namespace onlan::simulate
