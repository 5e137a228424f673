// Address translation: net/netfilter/nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c,
// nf_nat_redirect.c.

#include "simulate/netfilter/nat.hpp"

#include "simulate/ip/ip.hpp"
#include "simulate/ip/routing.hpp"
#include "simulate/netfilter/core.hpp"
#include "simulate/netfilter/nat_unique.hpp"

namespace onlan::simulate {
namespace {

using rules::CtDirection;
using rules::CtState;
using rules::Hook;

// HOOK2MANIP()
Manip manip_of(Hook hook)
{
    return hook == Hook::postrouting || hook == Hook::input ? Manip::source : Manip::destination;
}

std::uint32_t done_bit(Manip manip)
{
    return manip == Manip::source ? kSourceNatDone : kDestinationNatDone;
}

// The bits of `base` where `mask` has none, and those of `address` elsewhere.
net::IpAddress
mapped(const net::IpAddress& address, const net::IpAddress& first, const net::IpAddress& last)
{
    std::array<std::uint8_t, 16> bytes{};
    const std::size_t size = address.bytes().size();
    for (std::size_t i = 0; i < size; ++i) {
        const auto host = static_cast<std::uint8_t>(first.bytes()[i] ^ last.bytes()[i]);
        bytes[i] =
            static_cast<std::uint8_t>((address.bytes()[i] & host) | (first.bytes()[i] & ~host));
    }
    return net::IpAddress::from_bytes(std::span(bytes).first(size)).value_or(address);
}

// nf_nat_masquerade_ipv4(): an address of the output device.
std::optional<net::IpAddress> masquerade_address(const Packet& packet, const Device& out)
{
    const auto gateway = packet.destination ? packet.destination->gateway : std::nullopt;
    return select_address(out, gateway.value_or(packet.ip.destination));
}

// nf_nat_redirect(): the first address of the device that the packet came in by.
std::optional<net::IpAddress> redirect_address(const HookCall& call, net::Family family)
{
    if (call.hook == Hook::output)
        return *net::IpAddress::parse(family == net::Family::ipv4 ? "127.0.0.1" : "::1");
    if (call.in == nullptr)
        return {};
    for (const model::Address* address : call.in->addresses) {
        if (address->local.address.family() == family)
            return address->local.address;
    }
    return {};
}

// The range that a rule asks for. Nothing: the packet is dropped, there is no address.
std::optional<NatRange> range_of(const Packet& packet, const HookCall& call, const rules::Nat& nat)
{
    NatRange range{.first = nat.first_address,
                   .last = nat.last_address,
                   .first_port = nat.first_port,
                   .last_port = nat.last_port,
                   .fully_random = nat.random};
    switch (nat.kind) {
    case rules::NatKind::source:
    case rules::NatKind::destination:
        return range;
    case rules::NatKind::masquerade:
        range.first = masquerade_address(packet, *call.out);
        break;
    case rules::NatKind::redirect:
        range.first = redirect_address(call, packet.family());
        break;
    case rules::NatKind::netmap_source:
    case rules::NatKind::netmap_destination:
        if (nat.first_address && nat.last_address)
            range.first = mapped(nat.kind == rules::NatKind::netmap_source ? packet.ip.source
                                                                           : packet.ip.destination,
                                 *nat.first_address, *nat.last_address);
        break;
    }
    range.last = range.first;
    if (!range.first)
        return {};
    return range;
}

// nf_nat_icmp_reply_translation(), nf_nat_icmpv6_reply_translation(): the packet inside the error
// is what its receiver once sent.
void translate_error(Packet& packet, Manip manip, const Connection& connection)
{
    const model::Tuple target = inverted(connection.tuple(other(packet.ct.direction)));
    model::Tuple& inner = *packet.ip.inner;
    const bool ping = net::is_icmp(inner.protocol); // the id is its port
    if (manip == Manip::source) {
        packet.ip.source = target.source;
        inner.destination = target.source;
        inner.destination_port = ping ? inner.destination_port : target.source_port;
    } else {
        packet.ip.destination = target.destination;
        inner.source = target.destination;
        inner.source_port = ping ? target.source_port : target.destination_port;
    }
}

// nf_nat_manip_pkt() for what the connection asks of this hook, ICMP errors included.
void translate(Packet& packet, Hook hook)
{
    const Manip manip = manip_of(hook);
    const Connection& connection = *packet.ct.connection;
    // A reply is translated back: at the hook for destinations what the source was, and vice versa.
    const bool forward = packet.ct.direction == CtDirection::original;
    const std::uint32_t bit = (manip == Manip::source) == forward ? kSourceNat : kDestinationNat;
    if (!connection.has(bit))
        return;
    if (packet.ip.inner) {
        translate_error(packet, manip, connection);
        return;
    }
    const model::Tuple target = inverted(connection.tuple(other(packet.ct.direction)));
    Ip& ip = packet.ip;
    if (manip == Manip::source) {
        ip.source = target.source;
        ip.source_port = target.source_port;
    } else {
        ip.destination = target.destination;
        if (ip.icmp())
            ip.source_port = target.source_port;
        else
            ip.destination_port = target.destination_port;
    }
}

Reason null_binding_reason(Run& run, const UniqueTuple& unique)
{
    if (unique.collision)
        return ByEntry{.table = model::ByEntry::Table::conntrack,
                       .text = {"{}", run.keep(*unique.collision)}};
    return ByKernel{.function = "nf_nat_alloc_null_binding", .text = "no rule translates it"};
}

struct NatSetup {
    Manip manip = Manip::source;
    NatRange range;
    const rules::RuleRef* rule = nullptr; // null: a null binding
};

// nf_nat_setup_info()
void set_up(Run& run, Packet& packet, const HookCall& call, const NatSetup& setup)
{
    Connection& connection = *packet.ct.connection;
    const model::Tuple current = inverted(connection.entry.reply);
    const UniqueTuple unique = unique_tuple(run, connection, setup.range, setup.manip);
    connection.entry.status |= done_bit(setup.manip);
    if (unique.tuple == current)
        return;
    connection.entry.reply = inverted(unique.tuple);
    connection.entry.status |= setup.manip == Manip::source ? kSourceNat : kDestinationNat;

    if (run.recording == Recording::off)
        return;
    Packet after = packet;
    translate(after, call.hook);
    const Action action = setup.rule == nullptr          ? Action::null_binding
                          : setup.manip == Manip::source ? Action::snat
                                                         : Action::dnat;
    note(run, Rewrite{.before = packet, .after = after}, nat_place(call), action, [&]() -> Reason {
        return setup.rule != nullptr ? ByRule{setup.rule} : null_binding_reason(run, unique);
    });
}

// Asks the chains of this hook until one of them translates. False: dropped.
bool ask_nat_chains(Run& run, Packet& packet, const HookCall& call)
{
    const Manip manip = manip_of(call.hook);
    const Place place = nat_place(call);
    const HookLists& hooks = run.world.rules_of(call.netns()).hooks;
    for (const rules::BaseChain* chain : hooks.nat(call.family, call.hook)) {
        const rules::ChainOutcome outcome = ask_chain(run, packet, call, *chain);
        const auto why = [&] { return ByRule{outcome.because}; };
        if (outcome.verdict == rules::Verdict::drop) {
            note(run, packet, place, Action::drop, why);
            return false;
        }
        if (!outcome.nat)
            continue;
        const auto range = range_of(packet, call, *outcome.nat);
        if (!range) {
            note(run, packet, place, Action::drop, why);
            return false;
        }
        if (outcome.nat->kind == rules::NatKind::masquerade && call.out != nullptr)
            packet.ct.connection->masquerade_link = call.out->link->index;
        set_up(run, packet, call, {.manip = manip, .range = *range, .rule = outcome.because});
        return true;
    }
    // nf_nat_alloc_null_binding(): to where it goes anyway, but never onto another one's tuple.
    const model::Tuple& reply = packet.ct.connection->entry.reply;
    const net::IpAddress own = manip == Manip::source ? reply.destination : reply.source;
    set_up(run, packet, call, {.manip = manip, .range = {.first = own, .last = own}});
    return true;
}

// nf_nat_oif_changed()
bool left_masquerading_device(const Packet& packet, const HookCall& call)
{
    const Connection& connection = *packet.ct.connection;
    // nf_nat_ipv4_fn() treats an ICMP error by itself, and does not ask.
    return call.hook == Hook::postrouting && !packet.ip.inner &&
           packet.ct.direction == CtDirection::original && connection.masquerade_link != 0 &&
           call.out != nullptr && connection.masquerade_link != call.out->link->index;
}

} // namespace

bool nat_hook(Run& run, Packet& packet, const HookCall& call)
{
    if (packet.ct.connection == nullptr)
        return true; // INVALID and UNTRACKED packets pass as they are
    Connection& connection = *packet.ct.connection;
    const bool first = packet.ct.state == CtState::new_ ||
                       (packet.ct.state == CtState::related && !packet.ip.icmp_error());
    const bool undecided = !connection.has(done_bit(manip_of(call.hook)));
    if (first && undecided && !connection.has(kConfirmed) && !ask_nat_chains(run, packet, call))
        return false;
    const Place place = nat_place(call);
    if (left_masquerading_device(packet, call)) {
        connection.entry.status |= kDying;
        note(run, packet, place, Action::drop, [&] {
            return ByKernel{.function = "nf_nat_oif_changed",
                            .text = "the connection was masqueraded on another device"};
        });
        return false;
    }
    // nf_nat_icmp_reply_translation(): who is translated would be led past who translates.
    if (packet.ip.inner && packet.ip.protocol == kIcmp &&
        packet.ip.icmp_type == net::kIcmpRedirect &&
        (!connection.has(kSourceNatDone) || !connection.has(kDestinationNatDone) ||
         connection.has(kSourceNat) || connection.has(kDestinationNat))) {
        note(run, packet, place, Action::drop, [] {
            return ByKernel{.function = "nf_nat_icmp_reply_translation",
                            .text = "a redirect of a translated connection"};
        });
        return false;
    }
    const Packet before = packet;
    translate(packet, call.hook);
    const bool changed = tuple_of(before.ip) != tuple_of(packet.ip);
    if (changed && !(first && undecided)) {
        note(run, Rewrite{.before = before, .after = packet}, place,
             packet.ct.direction == CtDirection::original ? Action::translate
                                                          : Action::translate_back,
             [&] {
                 return ByEntry{.table = model::ByEntry::Table::conntrack,
                                .text = {"{}", run.keep(connection.entry)}};
             });
    }
    // ip_rcv_finish() has to decide again where the packet goes.
    if (call.hook == Hook::prerouting && before.ip.destination != packet.ip.destination)
        packet.destination.reset();
    // nf_nat_ipv4_local_fn()
    if (call.hook == Hook::output && before.ip.destination != packet.ip.destination)
        return reroute_output(run, call.netns(), packet);
    return true;
}

} // namespace onlan::simulate
