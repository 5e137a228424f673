#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/netns.hpp"
#include "simulate/ip/fib.hpp"
#include "simulate/netfilter/conntrack_table.hpp"
#include "simulate/run/settings.hpp"

namespace onlan::simulate {

struct Namespace;

// A network device with all that hangs on it, wired up once.
struct Device {
    const model::Link* link = nullptr;
    const Namespace* netns = nullptr;
    DeviceSettings settings;
    const Device* master = nullptr;               // the bridge that it is a port of
    const Device* peer = nullptr;                 // of a veth
    const Device* lower = nullptr;                // of a macvlan or a VLAN device
    std::vector<const Device*> wire;              // hardware: what is plugged into the same segment
    std::vector<const Device*> ports;             // of a bridge, newest first
    std::vector<const Device*> uppers;            // macvlans and VLAN devices on it
    std::vector<const model::Address*> addresses; // in the kernel's order: the first one matters
    net::MacAddress mac;

    [[nodiscard]] const std::string& name() const { return link->name; }
    [[nodiscard]] bool is_bridge() const { return link->bridge.has_value(); }
    [[nodiscard]] bool has_address(net::Family family) const;
    [[nodiscard]] bool has_address(const net::IpAddress& address) const;
};

// A bridge's table is keyed by address and VLAN (struct net_bridge_fdb_key).
struct FdbKey {
    const Device* bridge = nullptr;
    net::MacAddress mac;
    std::uint16_t vlan = 0;

    friend bool operator==(const FdbKey&, const FdbKey&) = default;
};
struct FdbTarget {
    const Device* port = nullptr; // null: the bridge itself
    bool local = false;           // BR_FDB_LOCAL: pass up, never forward
};

struct NeighbourKey {
    const Device* device = nullptr;
    net::IpAddress address;

    friend bool operator==(const NeighbourKey&, const NeighbourKey&) = default;
};

struct KeyHash {
    std::size_t operator()(const FdbKey& key) const noexcept;
    std::size_t operator()(const NeighbourKey& key) const noexcept;
};

// One network namespace, indexed; without its rules.
struct Namespace {
    const model::Netns* facts = nullptr;
    std::size_t number = 0; // in its world
    std::vector<std::unique_ptr<Device>> devices;
    std::unordered_map<int, Device*> by_index;
    const Device* loopback = nullptr;
    NetnsSettings settings;
    Fib ipv4;
    Fib ipv6;
    ConntrackTable conntrack;
    std::unordered_map<FdbKey, FdbTarget, KeyHash> fdb;
    std::unordered_map<NeighbourKey, net::MacAddress, KeyHash> neighbours;

    Namespace(const model::Netns& netns, std::size_t place);
    [[nodiscard]] const Fib& fib(net::Family family) const
    {
        return family == net::Family::ipv4 ? ipv4 : ipv6;
    }
    [[nodiscard]] const Device* find(std::string_view device) const;
    [[nodiscard]] const std::string& name() const { return facts->name; }
};

} // namespace onlan::simulate
