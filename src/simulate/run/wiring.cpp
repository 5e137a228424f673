#include "simulate/run/wiring.hpp"

#include <algorithm>

#include "model/rtnetlink.hpp"

namespace onlan::simulate {
namespace {

Device* at(const Namespace& netns, int index)
{
    const auto found = netns.by_index.find(index);
    return found == netns.by_index.end() ? nullptr : found->second;
}

void connect_ports(Namespace& netns)
{
    for (const auto& device : netns.devices) {
        Device* master = device->link->master != 0 ? at(netns, device->link->master) : nullptr;
        if (master == nullptr || !device->link->port)
            continue;
        device->master = master;
        master->ports.push_back(device.get());
    }
    // A port is put in front of the others (br_add_if()); a later device has a larger index.
    for (const auto& device : netns.devices)
        std::ranges::sort(device->ports, std::greater{},
                          [](const Device* port) { return port->link->index; });
}

void read_fdb(Namespace& netns)
{
    for (const model::FdbEntry& entry : netns.facts->fdb) {
        const Device* port = at(netns, entry.port);
        const Device* bridge = entry.bridge != 0 ? at(netns, entry.bridge) : nullptr;
        if (bridge == nullptr || port == nullptr)
            continue;
        netns.fdb[{.bridge = bridge, .mac = entry.mac, .vlan = entry.vlan}] = {
            .port = port == bridge ? nullptr : port,
            .local = (entry.state & model::kNudPermanent) != 0};
    }
    // br_fdb_changeaddr(): the addresses of a bridge and its ports are its own, listed or not.
    for (const auto& device : netns.devices) {
        if (!device->is_bridge())
            continue;
        for (const Device* port : device->ports)
            netns.fdb[{.bridge = device.get(), .mac = port->mac}] = {.port = port, .local = true};
        netns.fdb[{.bridge = device.get(), .mac = device->mac}] = {.port = nullptr, .local = true};
    }
}

void read_neighbours(Namespace& netns)
{
    for (const model::Neighbour& neighbour : netns.facts->neighbours) {
        const Device* device = at(netns, neighbour.link);
        if (device != nullptr && neighbour.mac && (neighbour.state & model::kNudValid) != 0)
            netns.neighbours[{.device = device, .address = neighbour.address}] = *neighbour.mac;
    }
}

} // namespace

Wiring::Wiring(std::span<const model::Netns* const> namespaces, std::span<const Plug> plugs)
{
    namespaces_.reserve(namespaces.size());
    for (const model::Netns* netns : namespaces) {
        namespaces_.push_back(std::make_unique<Namespace>(*netns, namespaces_.size()));
        if (netns->inode != 0)
            by_inode_[netns->inode] = namespaces_.back().get();
    }
    for (const auto& netns : namespaces_)
        connect(*netns);
    for (const Plug& one : plugs)
        plug(one);
}

// Of a veth, or what a macvlan or a VLAN device stands on; null where the snapshot does not hold
// it.
Device* Wiring::other_end(const Namespace& netns, const model::Link& link) const
{
    if (link.peer == 0)
        return nullptr;
    if (!link.peer_netnsid)
        return at(netns, link.peer);
    const auto inode = netns.facts->peers.find(*link.peer_netnsid);
    if (inode == netns.facts->peers.end())
        return nullptr;
    const auto there = by_inode_.find(inode->second);
    return there == by_inode_.end() ? nullptr : at(*there->second, link.peer);
}

void Wiring::connect(Namespace& netns)
{
    connect_ports(netns);
    for (const auto& device : netns.devices) {
        const model::Link& link = *device->link;
        if (link.kind == "veth") {
            device->peer = other_end(netns, link);
        } else if (link.macvlan_mode || link.vlan) {
            Device* lower = other_end(netns, link);
            device->lower = lower;
            if (lower != nullptr)
                lower->uppers.push_back(device.get());
        }
    }
    read_fdb(netns);
    read_neighbours(netns);
}

void Wiring::plug(const Plug& plug)
{
    Device* machine = find(plug.machine, plug.device);
    Device* nic = find(plug.netns, plug.nic);
    if (machine == nullptr || nic == nullptr)
        return;
    for (const Device* other : nic->wire) {
        at(*other->netns, other->link->index)->wire.push_back(machine);
        machine->wire.push_back(other);
    }
    nic->wire.push_back(machine);
    machine->wire.push_back(nic);
}

const Namespace* Wiring::find(std::string_view name) const
{
    const auto found = std::ranges::find_if(
        namespaces_, [name](const auto& netns) { return netns->name() == name; });
    return found == namespaces_.end() ? nullptr : found->get();
}

Device* Wiring::find(const std::string& netns, std::string_view device) const
{
    const Namespace* there = find(netns);
    const Device* found = there != nullptr ? there->find(device) : nullptr;
    return found != nullptr ? at(*there, found->link->index) : nullptr;
}

} // namespace onlan::simulate
