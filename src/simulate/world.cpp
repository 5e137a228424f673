#include "simulate/world.hpp"

#include <algorithm>
#include <cstring>

namespace onlan::simulate {
namespace {

constexpr std::uint16_t kNudPermanent = 0x80;
// NUD_VALID of include/net/neighbour.h: PERMANENT, NOARP, REACHABLE, PROBE, STALE, DELAY
constexpr std::uint16_t kNudValid = 0x80 | 0x40 | 0x02 | 0x10 | 0x04 | 0x08;

std::uint64_t number_of(const net::MacAddress& mac)
{
    std::uint64_t number = 0;
    std::memcpy(&number, mac.bytes.data(), mac.bytes.size());
    return number;
}

std::size_t mix(const void* pointer, std::size_t hash)
{
    const auto address = reinterpret_cast<std::uintptr_t>(pointer) >> 4U;
    return (hash ^ address) * 0x9E3779B97F4A7C15ULL;
}

} // namespace

std::size_t KeyHash::operator()(const FdbKey& key) const noexcept
{
    return mix(key.bridge, number_of(key.mac) * 31 + key.vlan);
}

std::size_t KeyHash::operator()(const NeighbourKey& key) const noexcept
{
    return mix(key.device, AddressHash{}(key.address));
}

bool Device::has_address(net::Family family) const
{
    return std::ranges::any_of(addresses, [family](const model::Address* address) {
        return address->local.address.family() == family;
    });
}

Namespace::Namespace(const model::Netns& netns)
    : facts(&netns),
      settings(netns_settings(netns)),
      ipv4(netns, net::Family::ipv4),
      ipv6(netns, net::Family::ipv6),
      conntrack(netns.conntrack)
{
    for (const model::Link& link : netns.links) {
        auto device = std::make_unique<Device>();
        device->link = &link;
        device->netns = this;
        device->settings = device_settings(netns, link.name);
        device->mac = link.mac.value_or(net::MacAddress{});
        for (const model::Address& address : netns.addresses) {
            if (address.link == link.index)
                device->addresses.push_back(&address);
        }
        by_index[link.index] = device.get();
        if (link.loopback)
            loopback = device.get();
        devices.push_back(std::move(device));
    }
}

const Device* Namespace::find(std::string_view device) const
{
    const auto found = std::ranges::find_if(
        devices, [device](const auto& candidate) { return candidate->name() == device; });
    return found == devices.end() ? nullptr : found->get();
}

// Points devices at each other, and reads the tables that name them.
void World::wire(Namespace& netns)
{
    const auto local = [&](int index) -> Device* {
        const auto found = std::ranges::find_if(
            netns.devices, [index](const auto& device) { return device->link->index == index; });
        return found == netns.devices.end() ? nullptr : found->get();
    };
    const auto other_end = [&](const model::Link& link) -> Device* {
        if (link.peer == 0)
            return nullptr;
        if (!link.peer_netnsid)
            return local(link.peer);
        const auto inode = netns.facts->peers.find(*link.peer_netnsid);
        if (inode == netns.facts->peers.end() || !by_inode_.contains(inode->second))
            return nullptr;
        const Namespace& there = *by_inode_.at(inode->second);
        const auto found = there.by_index.find(link.peer);
        return found == there.by_index.end() ? nullptr : const_cast<Device*>(found->second);
    };
    for (const auto& device : netns.devices) {
        const model::Link& link = *device->link;
        if (Device* master = link.master != 0 ? local(link.master) : nullptr;
            master != nullptr && link.port) {
            device->master = master;
            master->ports.push_back(device.get());
        }
        if (link.kind == "veth") {
            device->peer = other_end(link);
        } else if (link.macvlan_mode || link.vlan) {
            device->lower = other_end(link);
            if (device->lower != nullptr)
                const_cast<Device*>(device->lower)->uppers.push_back(device.get());
        }
    }
    // A port is put in front of the others (br_add_if()); a later device has a larger index.
    for (const auto& device : netns.devices)
        std::ranges::sort(device->ports, std::greater{},
                          [](const Device* port) { return port->link->index; });
    for (const model::FdbEntry& entry : netns.facts->fdb) {
        const Device* port = local(entry.port);
        const Device* bridge = entry.bridge != 0 ? local(entry.bridge) : nullptr;
        if (bridge == nullptr || port == nullptr)
            continue;
        netns.fdb[{.bridge = bridge, .mac = entry.mac, .vlan = entry.vlan}] = {
            .port = port == bridge ? nullptr : port, .local = (entry.state & kNudPermanent) != 0};
    }
    // br_fdb_changeaddr(): the addresses of a bridge and its ports are its own, listed or not.
    for (const auto& device : netns.devices) {
        if (!device->is_bridge())
            continue;
        for (const Device* port : device->ports)
            netns.fdb[{.bridge = device.get(), .mac = port->mac}] = {.port = port, .local = true};
        netns.fdb[{.bridge = device.get(), .mac = device->mac}] = {.port = nullptr, .local = true};
    }
    for (const model::Neighbour& neighbour : netns.facts->neighbours) {
        const Device* device = local(neighbour.link);
        if (device != nullptr && neighbour.mac && (neighbour.state & kNudValid) != 0)
            netns.neighbours[{.device = device, .address = neighbour.address}] = *neighbour.mac;
    }
}

World World::build(std::vector<Part> parts, std::vector<Proxy> proxies)
{
    World world;
    world.proxies_ = std::move(proxies);
    for (Part& part : parts) {
        auto netns = std::make_unique<Namespace>(*part.netns);
        netns->rulebook = std::move(part.rules);
        if (netns->rulebook)
            netns->hooks = HookLists(*netns->rulebook);
        if (part.netns->inode != 0)
            world.by_inode_[part.netns->inode] = netns.get();
        world.namespaces_.push_back(std::move(netns));
    }
    for (const auto& netns : world.namespaces_)
        world.wire(*netns);
    return world;
}

void World::plug(const Namespace& netns, std::string_view device, const Device& nic)
{
    auto* machine = const_cast<Device*>(netns.find(device));
    auto* port = const_cast<Device*>(&nic);
    if (machine == nullptr)
        return;
    for (const Device* other : port->wire) {
        const_cast<Device*>(other)->wire.push_back(machine);
        machine->wire.push_back(other);
    }
    port->wire.push_back(machine);
    machine->wire.push_back(port);
}

const Namespace* World::find(std::string_view name) const
{
    const auto found = std::ranges::find_if(
        namespaces_, [name](const auto& netns) { return netns->name() == name; });
    return found == namespaces_.end() ? nullptr : found->get();
}

const Proxy* World::proxy_of(const Namespace& netns, const model::Socket& socket) const
{
    const auto found = std::ranges::find_if(proxies_, [&](const Proxy& proxy) {
        return proxy.netns == netns.name() && proxy.protocol == socket.protocol &&
               proxy.port == socket.port && proxy.address == socket.address;
    });
    return found == proxies_.end() ? nullptr : &*found;
}

} // namespace onlan::simulate
