// Connection tracking: net/netfilter/nf_conntrack_core.c.

#include "simulate/netfilter/conntrack.hpp"

#include <algorithm>
#include <array>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "simulate/netfilter/conntrack_tcp.hpp"
#include "simulate/netfilter/core.hpp"

namespace onlan::simulate {
namespace {

using rules::CtDirection;
using rules::CtState;

bool lives(const Connection& connection)
{
    return connection.has(kConfirmed) && !connection.has(kDying);
}

// The run's own copy of an entry of the snapshot, made when a packet first meets it.
Connection& copy_of(Run& run, const Namespace& netns, const model::Conntrack& stored)
{
    constexpr std::uint8_t kCloseInit = 4;     // IP_CT_TCP_FLAG_CLOSE_INIT
    constexpr std::uint8_t kSackPermitted = 2; // IP_CT_TCP_FLAG_SACK_PERM
    Connection& copy = run.state.connections.emplace_back();
    copy.netns = &netns;
    copy.entry = stored;
    copy.entry.status |= kConfirmed;
    copy.stored = &stored;
    const std::array<std::uint8_t, 2> flags{stored.tcp_flags_original, stored.tcp_flags_reply};
    for (std::size_t i = 0; i < flags.size(); ++i) {
        copy.tcp.seen[i].close_init = (flags[i] & kCloseInit) != 0;
        copy.tcp.seen[i].sacks = (flags[i] & kSackPermitted) != 0;
        // ctnetlink does not tell what the ends have sent: nothing of it can be checked.
        copy.tcp.seen[i].be_liberal = true;
    }
    return copy;
}

// nf_conntrack_icmpv6_error(), noct_valid_new[]: multicast listeners and neighbour discovery.
bool never_tracked(const Ip& ip)
{
    return ip.protocol == kIcmpv6 && ((ip.icmp_type >= net::kIcmpv6MgmQuery &&
                                       ip.icmp_type <= net::kNdiscNeighbourAdvertisement) ||
                                      ip.icmp_type == net::kIcmpv6Mld2Report);
}

// icmp_new(): only what asks for an answer begins a connection.
bool icmp_may_begin(const Ip& ip)
{
    if (ip.protocol == kIcmpv6)
        return ip.icmp_type == net::kIcmpv6EchoRequest;
    return ip.icmp_type == net::kIcmpEcho || ip.icmp_type == net::kIcmpTimestamp ||
           ip.icmp_type == net::kIcmpInfoRequest || ip.icmp_type == net::kIcmpAddress;
}

bool may_begin(const Namespace& netns, const Ip& ip)
{
    if (ip.protocol == kTcp)
        return tcp_may_begin(ip.tcp_flags,
                             netns.settings.netfilter["nf_conntrack_tcp_loose"].value != 0);
    return !ip.icmp() || icmp_may_begin(ip);
}

void mark_invalid(Packet& packet)
{
    packet.ct.connection = nullptr;
    packet.ct.state = CtState::invalid;
    packet.ct.seen = true;
}

// Why conntrack does not know a packet what to do with.
Reason not_tracked(const Namespace& netns, const Ip& ip)
{
    if (ip.protocol == kTcp && tcp_may_begin(ip.tcp_flags, true))
        return BySysctl{.setting = netns.settings.netfilter["nf_conntrack_tcp_loose"]};
    if (ip.protocol == kTcp)
        return ByKernel{.function = "tcp_new",
                        .text = {"no connection has this tuple, and {} cannot start one",
                                 TcpFlags{ip.tcp_flags}}};
    return ByKernel{.function = "nf_conntrack_in",
                    .text = "no connection has this tuple, and this packet cannot start one"};
}

Reason by_entry(Run& run, const model::Conntrack& entry)
{
    return ByEntry{.table = model::ByEntry::Table::conntrack, .text = {"{}", run.keep(entry)}};
}

// nf_conntrack_inet_error(): an error belongs to the connection of the packet that it is about.
void track_icmp_error(Run& run, Packet& packet, const HookCall& call)
{
    const Place place(call.at, Stage::conntrack);
    const auto found =
        find_connection(run, call.netns(), inverted(*packet.ip.inner), packet.ct.zone);
    // The other direction of the inverted tuple is that of the packet in question.
    if (!found || packet.ip.destination != found->connection->tuple(found->direction).destination) {
        mark_invalid(packet);
        note(run, packet, place, Action::invalid, [] {
            return ByKernel{.function = "nf_conntrack_inet_error",
                            .text = "the packet that the error is about belongs to no connection"};
        });
        return;
    }
    packet.ct.connection = found->connection;
    packet.ct.direction = found->direction;
    packet.ct.state = CtState::related;
    packet.ct.seen = true;
    note(run, packet, place, Action::related,
         [&] { return by_entry(run, found->connection->entry); });
}

// init_conntrack()
Connection& begin_connection(Run& run, const Packet& packet, const Namespace& netns)
{
    Connection& connection = run.state.connections.emplace_back();
    connection.netns = &netns;
    connection.entry.original = tuple_of(packet.ip);
    connection.entry.reply = inverted(connection.entry.original);
    connection.entry.zone_original = packet.ct.zone.original;
    connection.entry.zone_reply = packet.ct.zone.reply;
    return connection;
}

Action action_of(CtState state)
{
    switch (state) {
    case CtState::new_:
        return Action::new_;
    case CtState::established:
        return Action::established;
    case CtState::related:
        return Action::related;
    case CtState::invalid:
    case CtState::untracked:
        break;
    }
    return Action::invalid;
}

CtState state_of(const Tracked& tracked)
{
    if (tracked.direction == CtDirection::reply)
        return CtState::established;
    if (tracked.connection->has(kSeenReply))
        return CtState::established;
    return tracked.connection->has(kExpected) ? CtState::related : CtState::new_;
}

} // namespace

std::string describe(const EntrySeen& seen)
{
    const model::Conntrack& entry = seen.entry;
    const auto tuple = [&](const model::Tuple& of, const EntrySeen::Ports& ports) {
        if (net::is_icmp(of.protocol))
            return fmt::format("src={} dst={} type={} code={} id={}", of.source.to_string(),
                               of.destination.to_string(), of.destination_port >> 8U,
                               of.destination_port & 0xFFU, ports.source.to_string());
        return fmt::format(FMT_COMPILE("src={} dst={} sport={} dport={}"), of.source.to_string(),
                           of.destination.to_string(), ports.source.to_string(),
                           ports.destination.to_string());
    };
    return fmt::format(FMT_COMPILE("{} {}{} {}"), model::protocol_name(entry.original.protocol),
                       tuple(entry.original, seen.original),
                       (entry.status & kSeenReply) == 0 ? " [UNREPLIED]" : "",
                       tuple(entry.reply, seen.reply));
}

// nf_ct_key_equal(): in each direction an entry is of the zone that it has in that direction.
std::optional<Tracked> find_connection(Run& run,
                                       const Namespace& netns,
                                       const model::Tuple& tuple,
                                       const rules::CtZone& zone)
{
    for (Connection& connection : run.state.connections) {
        if (connection.netns != &netns || !lives(connection))
            continue;
        for (const CtDirection direction : {CtDirection::original, CtDirection::reply}) {
            if (connection.tuple(direction) == tuple &&
                connection.zone().at(direction) == zone.at(direction))
                return Tracked{&connection, direction};
        }
    }
    const auto stored = netns.conntrack.find(tuple, zone);
    if (!stored)
        return {};
    const bool copied = std::ranges::any_of(
        run.state.connections, [&](const Connection& own) { return own.stored == stored->entry; });
    if (copied)
        return {}; // and dead, or it would have been found above
    return Tracked{&copy_of(run, netns, *stored->entry), stored->direction};
}

std::optional<model::Conntrack>
tuple_taken(const Run& run, const model::Tuple& tuple, const Connection& own)
{
    const model::Tuple reply = inverted(tuple);
    // It is looked for in the zone of replies alone.
    const rules::CtZone zone = own.zone();
    const bool one_zone = zone.original == zone.reply;
    // An entry with our own original tuple is the same flow: the clash is settled at confirm.
    const auto holds = [&](const model::Conntrack& entry) {
        const bool same =
            (one_zone && entry.original == reply && entry.zone_original == zone.original) ||
            (entry.reply == reply && entry.zone_reply == zone.reply);
        return same &&
               (entry.original != own.entry.original || entry.zone_original != zone.original);
    };
    for (const Connection& connection : run.state.connections) {
        if (&connection != &own && connection.netns == own.netns && lives(connection) &&
            holds(connection.entry))
            return connection.entry;
    }
    const auto stored = own.netns->conntrack.find(reply, zone);
    if (!stored || stored->entry == own.stored || !holds(*stored->entry))
        return {};
    const bool copied = std::ranges::any_of(run.state.connections, [&](const Connection& copy) {
        return copy.stored == stored->entry;
    });
    return copied ? std::nullopt : std::optional(*stored->entry);
}

void conntrack_in(Run& run, Packet& packet, const HookCall& call)
{
    Tracking& ct = packet.ct;
    if (ct.connection != nullptr || ct.state == CtState::untracked)
        return;
    if (never_tracked(packet.ip)) {
        ct.state = CtState::untracked;
        ct.seen = true;
        return;
    }
    const Namespace& netns = call.netns();
    const Place place(call.at, Stage::conntrack);
    if (packet.ip.icmp_error()) {
        if (packet.ip.inner)
            track_icmp_error(run, packet, call);
        else
            mark_invalid(packet);
        return;
    }
    auto tracked = find_connection(run, netns, tuple_of(packet.ip), ct.zone);
    if (tracked && packet.ip.protocol == kTcp) {
        const model::Conntrack before = tracked->connection->entry;
        switch (tcp_packet(*tracked->connection, tracked->direction, packet.ip, netns.settings)) {
        case TcpResult::accept:
            break;
        case TcpResult::again:
            tracked.reset();
            break;
        case TcpResult::invalid:
            mark_invalid(packet);
            note(run, packet, place, Action::invalid, [&] { return by_entry(run, before); });
            return;
        }
    }
    if (!tracked) {
        if (!may_begin(netns, packet.ip)) {
            mark_invalid(packet);
            note(run, packet, place, Action::invalid,
                 [&] { return not_tracked(netns, packet.ip); });
            return;
        }
        tracked = Tracked{&begin_connection(run, packet, netns), CtDirection::original};
        if (packet.ip.protocol == kTcp)
            (void)tcp_packet(*tracked->connection, CtDirection::original, packet.ip,
                             netns.settings);
    }
    ct.connection = tracked->connection;
    ct.direction = tracked->direction;
    ct.state = state_of(*tracked);
    ct.seen = true;
    if (tracked->direction == CtDirection::reply)
        tracked->connection->entry.status |= kSeenReply;
    note(run, packet, place, action_of(ct.state),
         [&] { return by_entry(run, tracked->connection->entry); });
}

bool conntrack_confirm(Run& run, Packet& packet, const HookCall& call)
{
    Connection* connection = packet.ct.connection;
    if (connection == nullptr || packet.ct.direction != CtDirection::original ||
        connection->has(kConfirmed))
        return true;
    if (connection->has(kDying))
        return false;
    const Namespace& netns = call.netns();
    const auto clash = [&]() -> std::optional<Tracked> {
        for (const CtDirection direction : {CtDirection::original, CtDirection::reply}) {
            auto found =
                find_connection(run, netns, connection->tuple(direction), connection->zone());
            if (found &&
                connection->zone().at(found->direction) == connection->zone().at(direction))
                return found;
        }
        return {};
    }();
    if (!clash) {
        connection->entry.status |= kConfirmed;
        return true;
    }
    const model::Conntrack& theirs = clash->connection->entry;
    const Place place(call.at, Stage::conntrack);
    // nf_ct_resolve_clash(): the same flow twice is one flow, where the protocol allows it.
    const bool same = theirs.original == connection->entry.original &&
                      theirs.reply == connection->entry.reply &&
                      clash->connection->zone() == connection->zone();
    if (packet.ip.protocol == kUdp && same) {
        packet.ct.connection = clash->connection;
        return true;
    }
    note(run, packet, place, Action::drop, [&] { return by_entry(run, theirs); });
    return false;
}

void keep_conntrack(Run& run)
{
    for (const Connection& connection : run.state.connections) {
        if (lives(connection))
            run.record.conntrack.push_back({connection.netns, run.keep(connection.entry)});
    }
}

} // namespace onlan::simulate
