#include "simulate/machines.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "simulate/fib.hpp"
#include "simulate/packet.hpp"

namespace onlan::simulate {
namespace {

bool is_nic(const model::Link& link)
{
    return link.kind.empty() && !link.loopback && link.up;
}

// The NIC behind a device: itself, or a bridge's port.
const model::Link* nic_of(const model::Netns& host, const model::Link& device)
{
    if (is_nic(device))
        return &device;
    const auto port = std::ranges::find_if(host.links, [&](const model::Link& link) {
        return is_nic(link) && link.master == device.index;
    });
    return port == host.links.end() ? nullptr : &*port;
}

constexpr std::uint8_t kScopeHost = 254;
constexpr int kIndex = 2;

void give_address(model::Netns& netns,
                  const net::IpAddress& address,
                  unsigned length,
                  const net::IpAddress& gateway)
{
    netns.addresses = {{.link = kIndex, .local = {.address = address, .length = length}}};
    netns.routes = {
        {.destination = net::Prefix::around(address, net::address_bits(address.family())),
         .table = 255,
         .type = static_cast<std::uint8_t>(RouteType::local),
         .scope = kScopeHost,
         .link = kIndex},
        {.destination = net::Prefix::around(address, length),
         .preferred_source = address,
         .link = kIndex},
        {.destination = net::Prefix::around(net::IpAddress::any(address.family()), 0),
         .gateway = gateway,
         .link = kIndex}};
}

} // namespace

std::optional<Machine> lan_machine(const model::Netns& host,
                                   const net::IpAddress& address,
                                   Serves serves,
                                   std::uint16_t port)
{
    for (const model::Address& own : host.addresses) {
        const auto device = std::ranges::find(host.links, own.link, &model::Link::index);
        if (device == host.links.end() || !own.local.subnet().contains(address))
            continue;
        const model::Link* nic = nic_of(host, *device);
        if (nic == nullptr)
            continue;
        Machine machine{.netns = {.name = "lan:" + address.to_string()}, .nic = nic->name};
        const std::span<const std::uint8_t> bytes = address.bytes();
        const net::MacAddress mac{{0x02, 0xFE, bytes[bytes.size() - 4], bytes[bytes.size() - 3],
                                   bytes[bytes.size() - 2], bytes[bytes.size() - 1]}};
        machine.netns.links = {
            {.index = 1, .name = "lo", .mtu = 65536, .up = true, .carrier = true, .loopback = true},
            {.index = kIndex,
             .name = "eth0",
             .mac = mac,
             .mtu = nic->mtu,
             .up = true,
             .carrier = true,
             .ethernet = true}};
        give_address(machine.netns, address, own.local.length, own.local.address);
        machine.assumptions = {fmt::format("{} is an ordinary host behind {}: no firewall, one "
                                           "address, what is off its subnet by way of {}",
                                           machine.netns.name, nic->name,
                                           own.local.address.to_string())};
        if (serves == Serves::everything) {
            for (const std::uint8_t protocol : {kTcp, kUdp})
                machine.netns.sockets.push_back({.protocol = protocol,
                                                 .address = net::IpAddress::any(address.family()),
                                                 .port = port});
            machine.assumptions.push_back(
                fmt::format("{} listens on port {}", machine.netns.name, port));
        }
        return machine;
    }
    return {};
}

} // namespace onlan::simulate
