#include "simulate/ends/machines.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "simulate/ip/fib.hpp"
#include "simulate/run/packet.hpp"

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

constexpr int kIndex = 2;

void give_address(model::Netns& netns,
                  const net::IpAddress& address,
                  unsigned length,
                  const net::IpAddress& gateway)
{
    netns.addresses = {{.link = kIndex, .local = {.address = address, .length = length}}};
    netns.routes = {
        {.destination = net::Prefix::around(address, net::address_bits(address.family())),
         .table = model::kTableLocal,
         .type = number(RouteType::local),
         .scope = model::kScopeHost,
         .link = kIndex},
        {.destination = net::Prefix::around(address, length),
         .preferred_source = address,
         .link = kIndex},
        {.destination = net::Prefix::around(net::IpAddress::any(address.family()), 0),
         .gateway = gateway,
         .link = kIndex}};
}

model::Link ethernet(int index, const std::string& name, net::MacAddress mac, std::uint32_t mtu)
{
    return {.index = index,
            .name = name,
            .mac = mac,
            .mtu = mtu,
            .up = true,
            .carrier = true,
            .ethernet = true};
}

net::MacAddress mac_for(const net::IpAddress& address, std::uint8_t second)
{
    const std::span<const std::uint8_t> bytes = address.bytes();
    return {{0x02, second, bytes[bytes.size() - 4], bytes[bytes.size() - 3],
             bytes[bytes.size() - 2], bytes[bytes.size() - 1]}};
}

// Without addresses yet.
Machine machine_at(const net::IpAddress& address, const std::string& nic, std::uint32_t mtu)
{
    Machine machine{.netns = {.name = "lan:" + address.to_string()}, .nic = nic};
    machine.netns.links = {
        {.index = 1, .name = "lo", .mtu = 65536, .up = true, .carrier = true, .loopback = true},
        ethernet(kIndex, "eth0", mac_for(address, 0xFE), mtu)};
    return machine;
}

void serve(Machine& machine, net::Family family, std::uint16_t port)
{
    for (const std::uint8_t protocol : {kTcp, kUdp})
        machine.netns.sockets.push_back(
            {.protocol = protocol, .address = net::IpAddress::any(family), .port = port});
    machine.assumptions.push_back(fmt::format("{} listens on port {}", machine.netns.name, port));
}

// Gives a machine a second segment, on which it is the way to `address` and back.
void forward_to(Machine& router, const net::IpAddress& address)
{
    constexpr int kFar = kIndex + 1;
    model::Netns& netns = router.netns;
    netns.links.push_back(ethernet(kFar, "eth1", mac_for(address, 0xFD), netns.links.back().mtu));
    netns.routes.push_back(
        {.destination = net::Prefix::around(address, net::address_bits(address.family())),
         .link = kFar});
    for (const char* device : {"all", "eth0", "eth1"}) {
        netns.sysctls[model::kIpv4Conf["forwarding"].name(device)] = "1";
        netns.sysctls[model::kIpv6Conf["forwarding"].name(device)] = "1";
    }
    router.assumptions.push_back(
        fmt::format("{} forwards to {} and back, without address translation", netns.name,
                    address.to_string()));
}

} // namespace

std::optional<Machine> lan_machine(const model::Netns& host,
                                   const net::IpAddress& address,
                                   std::optional<std::uint16_t> serves)
{
    for (const model::Address& own : host.addresses) {
        const model::Link* device = host.find_link(own.link);
        if (device == nullptr || !own.local.subnet().contains(address))
            continue;
        const model::Link* nic = nic_of(host, *device);
        if (nic == nullptr)
            continue;
        Machine machine = machine_at(address, nic->name, nic->mtu);
        give_address(machine.netns, address, own.local.length, own.local.address);
        machine.assumptions = {fmt::format(
            "{} is an ordinary host behind {}: no firewall, one address, {} as its gateway",
            machine.netns.name, nic->name, own.local.address.to_string())};
        if (serves)
            serve(machine, address.family(), *serves);
        return machine;
    }
    return {};
}

std::vector<Machine> machines_beyond_gateway(const model::Netns& host,
                                             const net::IpAddress& address,
                                             std::optional<std::uint16_t> serves)
{
    const RouteFound found = Fib(host, address.family()).lookup({.destination = address});
    if (!found.ok() || !found.route->gateway || found.route->gateway->family() != address.family())
        return {};
    const net::IpAddress& gateway = *found.route->gateway;
    auto router = lan_machine(host, gateway);
    if (!router)
        return {};
    forward_to(*router, address);

    Machine beyond = machine_at(address, "eth1", router->netns.links.back().mtu);
    beyond.nic_of = router->netns.name;
    give_address(beyond.netns, address, net::address_bits(address.family()), gateway);
    beyond.assumptions = {fmt::format("{} is an ordinary host behind {}: no firewall, one address",
                                      beyond.netns.name, router->netns.name)};
    if (serves)
        serve(beyond, address.family(), *serves);
    return {*std::move(router), std::move(beyond)};
}

} // namespace onlan::simulate
