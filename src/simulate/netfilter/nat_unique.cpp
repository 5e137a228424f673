// The search for a tuple that nobody else has: get_unique_tuple() of net/netfilter/nf_nat_core.c.

#include "simulate/netfilter/nat_unique.hpp"

#include <algorithm>

#include "simulate/netfilter/conntrack.hpp"

namespace onlan::simulate {
namespace {

// "id is same for either direction" (nf_nat_l4proto_unique_tuple()).
std::uint16_t& port_of(model::Tuple& tuple, Manip manip)
{
    return manip == Manip::source || net::is_icmp(tuple.protocol) ? tuple.source_port
                                                                  : tuple.destination_port;
}

net::IpAddress& address_of(model::Tuple& tuple, Manip manip)
{
    return manip == Manip::source ? tuple.source : tuple.destination;
}

bool has_ports(std::uint8_t protocol)
{
    return protocol == kTcp || protocol == kUdp || protocol == net::kSctp;
}

// nf_in_range()
bool in_range(model::Tuple tuple, const NatRange& range, Manip manip)
{
    const net::IpAddress& address = address_of(tuple, manip);
    if (range.first && (address < *range.first || address > range.last.value_or(*range.first)))
        return false;
    if (!range.first_port)
        return true;
    const std::uint16_t port = port_of(tuple, manip);
    return port >= *range.first_port && port <= range.last_port.value_or(*range.first_port);
}

// find_appropriate_src(): one socket keeps one translated source towards all destinations.
std::optional<model::Tuple> same_source_again(const Run& run,
                                              const Connection& own,
                                              const model::Tuple& current,
                                              const NatRange& range)
{
    const auto candidate = [&](const model::Conntrack& entry) -> std::optional<model::Tuple> {
        if (source_only(entry.original) != source_only(own.entry.original) ||
            entry.zone_original != own.entry.zone_original)
            return {};
        const model::Tuple theirs = inverted(entry.reply);
        model::Tuple tuple = current;
        tuple.source = theirs.source;
        tuple.source_port = theirs.source_port;
        return in_range(tuple, range, Manip::source) ? std::optional(tuple) : std::nullopt;
    };
    for (const Connection& connection : run.state.connections) {
        if (&connection == &own || connection.netns != own.netns || connection.has(kDying) ||
            !connection.has(kSourceNatDone))
            continue;
        if (auto tuple = candidate(connection.entry))
            return tuple;
    }
    for (const model::Conntrack* entry : own.netns->conntrack.by_source(own.entry.original)) {
        if (auto tuple = candidate(*entry))
            return tuple;
    }
    return {};
}

// Where nf_nat_l4proto_unique_tuple() looks when the rule names no ports.
std::optional<model::PortRange>
port_range(const model::Tuple& tuple, const NatRange& range, Manip manip)
{
    if (range.first_port)
        return model::PortRange{*range.first_port, range.last_port.value_or(*range.first_port)};
    if (net::is_icmp(tuple.protocol))
        return model::PortRange{0, 65535};
    if (!has_ports(tuple.protocol) || manip == Manip::destination)
        return {}; // a destination port never changes by itself
    if (tuple.source_port < 512)
        return model::PortRange{1, 511};
    if (tuple.source_port < 1024)
        return model::PortRange{600, 1023};
    return model::PortRange{1024, 65535};
}

// nf_nat_l4proto_unique_tuple(). The kernel starts at a random port, so any free one may come out:
// one that nothing else in this run uses stands for all of them.
void pick_port(
    Run& run, const Connection& connection, const NatRange& range, Manip manip, UniqueTuple& unique)
{
    const auto ports = port_range(unique.tuple, range, manip);
    if (!ports)
        return;
    const std::uint8_t protocol = unique.tuple.protocol;
    const bool lowest_first =
        manip == Manip::destination && !range.fully_random && run.world.kernel().lowest_port_first;
    const unsigned size = ports->last - ports->first + 1U;
    constexpr unsigned kAttempts = 128;
    std::uint16_t& port = port_of(unique.tuple, manip);
    for (unsigned i = 0; i < std::min(size, kAttempts); ++i) {
        port = static_cast<std::uint16_t>(lowest_first ? ports->first + i : ports->last - i);
        const bool stands_in =
            std::ranges::any_of(run.state.random_ports, [&](const RandomPort& other) {
                return other.protocol == protocol && other.stands_in == port;
            });
        if (stands_in || tuple_taken(run, unique.tuple, connection))
            continue;
        if (!lowest_first && size > 1) {
            unique.random = ports;
            run.state.random_ports.push_back(
                {.protocol = protocol, .stands_in = port, .range = *ports});
        }
        return;
    }
}

} // namespace

UniqueTuple unique_tuple(Run& run, const Connection& connection, const NatRange& range, Manip manip)
{
    const model::Tuple current = inverted(connection.entry.reply);
    UniqueTuple unique{.tuple = current};
    if (manip == Manip::source && !range.fully_random) {
        if (in_range(current, range, manip)) {
            unique.collision = tuple_taken(run, current, connection);
            if (!unique.collision)
                return unique;
        } else if (auto again = same_source_again(run, connection, current, range)) {
            if (!tuple_taken(run, *again, connection)) {
                unique.tuple = *again;
                return unique;
            }
        }
    }
    if (range.first) {
        net::IpAddress& address = address_of(unique.tuple, manip);
        // find_best_ips_proto() hashes over a range of addresses; the first stands for them.
        if (address < *range.first || address > range.last.value_or(*range.first))
            address = *range.first;
        if (range.last && *range.last != *range.first)
            run.assume("the kernel takes the first of a range of NAT addresses");
    }
    if (!range.fully_random) {
        const auto taken = tuple_taken(run, unique.tuple, connection);
        if (range.first_port) {
            const bool one_port = range.last_port.value_or(*range.first_port) == *range.first_port;
            const std::uint16_t port = port_of(unique.tuple, manip);
            const bool inside =
                port >= *range.first_port && port <= range.last_port.value_or(*range.first_port);
            if (inside && (one_port || !taken))
                return unique;
            // A rule with one port has no choice; a clash then shows at confirm.
            if (one_port) {
                port_of(unique.tuple, manip) = *range.first_port;
                return unique;
            }
        } else if (!taken) {
            return unique;
        }
        unique.collision = taken;
    }
    pick_port(run, connection, range, manip, unique);
    return unique;
}

} // namespace onlan::simulate
