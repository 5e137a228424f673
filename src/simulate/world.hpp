#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "model/netns.hpp"
#include "simulate/ip/fib.hpp"
#include "simulate/netfilter/conntrack_table.hpp"
#include "simulate/netfilter/hook_list.hpp"
#include "simulate/netfilter/rulebook.hpp"
#include "simulate/run/kernel.hpp"
#include "simulate/run/packet.hpp"
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

// docker-proxy: a listener that dials on.
struct Proxy {
    std::string netns;
    std::uint8_t protocol = kTcp;
    net::IpAddress address; // that it listens on; all zero: any
    std::uint16_t port = 0;
    net::IpAddress target;
    std::uint16_t target_port = 0;
};

// One network namespace, indexed.
struct Namespace {
    const model::Netns* facts = nullptr;
    std::vector<std::unique_ptr<Device>> devices;
    std::unordered_map<int, const Device*> by_index;
    const Device* loopback = nullptr;
    NetnsSettings settings;
    Fib ipv4;
    Fib ipv6;
    std::shared_ptr<const Rulebook> rulebook; // null: no rules
    HookLists hooks;
    ConntrackTable conntrack;
    std::unordered_map<FdbKey, FdbTarget, KeyHash> fdb;
    std::unordered_map<NeighbourKey, net::MacAddress, KeyHash> neighbours;

    explicit Namespace(const model::Netns& netns);
    [[nodiscard]] const Fib& fib(net::Family family) const
    {
        return family == net::Family::ipv4 ? ipv4 : ipv6;
    }
    [[nodiscard]] const Device* find(std::string_view device) const;
    [[nodiscard]] const std::string& name() const { return facts->name; }
};

// Every namespace of a host and how they are wired: what does not change while packets travel. It
// refers to the `model::Netns` that it was built from; those must outlive it.
class World {
public:
    struct Part {
        const model::Netns* netns = nullptr;
        std::shared_ptr<const Rulebook> rules; // null: none
    };
    [[nodiscard]] static World build(std::vector<Part> parts, std::vector<Proxy> proxies = {});

    // With the rules that each namespace has. An error names the rule that cannot be read.
    [[nodiscard]] static Result<World> load(std::span<const model::Netns> namespaces,
                                            std::vector<Proxy> proxies = {});

    // Plugs a machine's device into the segment behind a NIC.
    static void plug(const Namespace& netns, std::string_view device, const Device& nic);

    [[nodiscard]] const Namespace* find(std::string_view name) const;
    [[nodiscard]] const std::vector<std::unique_ptr<Namespace>>& namespaces() const
    {
        return namespaces_;
    }
    [[nodiscard]] const Proxy* proxy_of(const Namespace& netns, const model::Socket& socket) const;
    // What had to be taken for granted to build it.
    std::vector<std::string> assumptions;
    // Which of the kernel's ways its namespaces have.
    Kernel kernel;

private:
    void wire(Namespace& netns);

    std::vector<std::unique_ptr<Namespace>> namespaces_;
    std::unordered_map<std::uint64_t, Namespace*> by_inode_;
    std::vector<Proxy> proxies_;
};

} // namespace onlan::simulate
