#include "simulate/run/namespace.hpp"

#include <algorithm>
#include <cstring>

namespace onlan::simulate {
namespace {

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

bool Device::has_address(const net::IpAddress& address) const
{
    return std::ranges::any_of(
        addresses, [&](const model::Address* own) { return own->local.address == address; });
}

Namespace::Namespace(const model::Netns& netns, std::size_t place)
    : facts(&netns),
      number(place),
      settings(netns_settings(netns)),
      ipv4(netns, net::Family::ipv4),
      ipv6(netns, net::Family::ipv6),
      conntrack(netns.conntrack)
{
    const DevicesSettings of_devices(netns);
    for (const model::Link& link : netns.links) {
        auto device = std::make_unique<Device>();
        device->link = &link;
        device->netns = this;
        device->settings = of_devices.of(link.name);
        device->mac = link.mac.value_or(net::MacAddress{});
        for (const model::Address& address : netns.addresses) {
            if (address.link == link.index)
                device->addresses.push_back(&address);
        }
        by_index.emplace(link.index, device.get());
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

} // namespace onlan::simulate
