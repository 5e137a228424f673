#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "model/netns.hpp"
#include "model/policy_rule.hpp"

namespace onlan::simulate {

using model::RouteType;

struct AddressHash {
    std::size_t operator()(const net::IpAddress& address) const noexcept;
};

// struct flowi4: what a lookup may depend on. Devices are indices; 0: not given.
struct FlowKey {
    net::IpAddress destination;
    net::IpAddress source;
    int in = 0;
    int out = 0; // only routes through this device
    std::uint32_t mark = 0;
    std::uint8_t tos = 0;
    std::uint8_t protocol = 0;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;

    friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

// Why a lookup found nothing, by the kernel's errno.
enum class RouteError : std::uint8_t {
    none,
    network_unreachable, // ENETUNREACH: no route
    host_unreachable,    // EHOSTUNREACH: a route of type unreachable
    prohibited,          // EACCES: prohibit
    invalid,             // EINVAL: blackhole
    foreign_source,      // EINVAL: the source is not an address of this host
};

// Can packets by this route go through device `link`? A multipath route has several ways.
[[nodiscard]] bool leads_through(const model::Route& route, int link);

struct RouteFound {
    const model::Route* route = nullptr; // with an error: the route that says so, if it is one
    RouteError error = RouteError::network_unreachable;

    [[nodiscard]] bool ok() const { return error == RouteError::none; }
};

// The routing tables and rules of one namespace and family: fib_lookup().
class Fib {
public:
    Fib(const model::Netns& netns, net::Family family);

    [[nodiscard]] RouteFound lookup(const FlowKey& key) const;
    // By the local table alone; unicast where it has nothing (__inet_dev_addr_type()). With `link`,
    // only what is configured on that device.
    [[nodiscard]] RouteType address_type(const net::IpAddress& address, int link = 0) const;
    // Is there any rule besides the three that every namespace starts with?
    [[nodiscard]] bool custom_rules() const { return custom_rules_; }

private:
    // The leading bits of an address, at the upper end of 128: what routes are found by.
    struct Bits {
        std::uint64_t high = 0;
        std::uint64_t low = 0;

        [[nodiscard]] static Bits of(const net::IpAddress& address);
        [[nodiscard]] Bits first(unsigned length) const;
        friend bool operator==(const Bits&, const Bits&) = default;
    };
    struct BitsHash {
        std::size_t operator()(const Bits& bits) const noexcept;
    };
    // Routes of one prefix length, by prefix, the best first.
    using Length = std::unordered_map<Bits, std::vector<const model::Route*>, BitsHash>;
    using Table = std::map<unsigned, Length, std::greater<>>; // by length, the longest first
    struct Rule {
        model::PolicyRule says;
        int in = 0; // of the devices that it names; 0: there is none of this name
        int out = 0;
    };

    static void add(Table& table, const model::Route& route);
    [[nodiscard]] static bool matches(const Rule& rule, const FlowKey& key);
    [[nodiscard]] const model::Route* find(const Table& table, const FlowKey& key) const;
    [[nodiscard]] std::optional<RouteFound> ask(std::uint32_t table, const FlowKey& key) const;
    [[nodiscard]] RouteFound lookup_by_rules(const FlowKey& key) const;

    net::Family family_;
    std::map<std::uint32_t, Table> tables_;
    Table merged_; // local and main in one trie, while nobody has added a rule
    std::vector<Rule> rules_;
    std::set<int> ignored_; // devices without carrier whose routes are to be ignored then
    bool custom_rules_ = false;
    bool separate_ = false; // local is searched before main: since the first rule was added
};

} // namespace onlan::simulate
