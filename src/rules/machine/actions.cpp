#include "rules/machine/actions.hpp"

#include <algorithm>

namespace onlan::rules {
namespace {

constexpr Done kGoesOn{};
constexpr Done kBreaks{.kind = Done::Kind::breaks};
constexpr Done kDepends{.kind = Done::Kind::depends};

Done ends(Verdict verdict)
{
    return {.kind = Done::Kind::ends, .verdict = verdict};
}

Sight sight_of(Fork& fork, const Context& context)
{
    return {.packet = fork.packet,
            .context = context,
            .registers = fork.registers,
            .chosen = fork.chosen};
}

Value current(Target target, const Fork& fork)
{
    const PacketView& packet = fork.packet;
    switch (target) {
    case Target::mark:
        return Value::of(packet.mark);
    case Target::priority:
        return Value::of(packet.priority);
    case Target::pkttype:
        return Value::of(static_cast<std::uint64_t>(packet.type));
    case Target::ct_mark:
        return Value::of(packet.ct.mark);
    case Target::zone:
    case Target::zone_original:
    case Target::zone_reply:
        return {}; // no rule keeps bits of it
    case Target::ttl:
        return Value::of(packet.ttl);
    case Target::tos:
        return Value::of(packet.tos);
    case Target::source:
        return Value::of(packet.source);
    case Target::destination:
        return Value::of(packet.destination);
    case Target::source_port:
        return Value::of(packet.source_port);
    case Target::destination_port:
        return Value::of(packet.destination_port);
    case Target::source_mac:
        return packet.source_mac ? Value::of(*packet.source_mac) : Value{};
    case Target::destination_mac:
        return packet.destination_mac ? Value::of(*packet.destination_mac) : Value{};
    case Target::mss:
    case Target::broute:
        return {};
    }
    return {};
}

net::MacAddress mac_of(const Value& value)
{
    net::MacAddress mac;
    Value rest = value;
    for (std::size_t at = mac.bytes.size(); at-- > 0; rest = shift_right(rest, 8))
        mac.bytes.at(at) = static_cast<std::uint8_t>(rest.low);
    return mac;
}

// xt_ct_target(), nft_notrack_eval() and nft_ct_set_zone_eval(): what has its entry, or a template
// for it, keeps that.
bool is_free(const CtView& ct)
{
    return ct.state == CtState::invalid && ct.zone == CtZone{};
}

void set_zone(CtZone zone, Fork& fork)
{
    if (!is_free(fork.packet.ct))
        return;
    fork.effects.zone = zone;
    fork.packet.ct.zone = zone;
}

void set(Target target, const Value& value, Fork& fork)
{
    PacketView& packet = fork.packet;
    const auto number = static_cast<std::uint32_t>(value.low);
    const auto port = static_cast<std::uint16_t>(value.low);
    const auto byte = static_cast<std::uint8_t>(value.low);
    switch (target) {
    case Target::mark:
        packet.mark = number;
        break;
    case Target::priority:
        packet.priority = number;
        break;
    case Target::pkttype:
        packet.type = static_cast<PacketType>(byte & 3U);
        break;
    case Target::ct_mark:
        packet.ct.mark = number;
        break;
    case Target::zone:
        set_zone(CtZone::both(port), fork);
        break;
    case Target::zone_original:
        set_zone({.original = port}, fork);
        break;
    case Target::zone_reply:
        set_zone({.reply = port}, fork);
        break;
    case Target::ttl:
        packet.ttl = byte;
        break;
    case Target::tos:
        packet.tos = byte;
        break;
    case Target::source:
        packet.source = value.address(packet.source.family());
        break;
    case Target::destination:
        packet.destination = value.address(packet.destination.family());
        break;
    case Target::source_port:
        packet.source_port = port;
        break;
    case Target::destination_port:
        packet.destination_port = port;
        break;
    case Target::source_mac:
        packet.source_mac = mac_of(value);
        break;
    case Target::destination_mac:
        packet.destination_mac = mac_of(value);
        break;
    case Target::mss: // tcpmss_mangle_packet(), nft_exthdr_tcp_set_eval()
        if (packet.mss)
            packet.mss = std::min(*packet.mss, port);
        break;
    case Target::broute:
        fork.effects.broute = !value.zero();
        break;
    }
}

// The bounds of a NAT range. Where one depends on chance, `known` says so.
class Bounds {
public:
    Bounds(Fork& fork, const Context& context) : sight_(sight_of(fork, context)) {}

    std::optional<net::IpAddress> address(const std::optional<Expression>& expression)
    {
        const auto value = read_one(expression);
        if (!value)
            return std::nullopt;
        return value->address(sight_.packet.source.family());
    }
    std::optional<std::uint16_t> port(const std::optional<Expression>& expression)
    {
        const auto value = read_one(expression);
        if (!value)
            return std::nullopt;
        return static_cast<std::uint16_t>(value->low);
    }
    [[nodiscard]] Known known() const { return known_; }

private:
    std::optional<Value> read_one(const std::optional<Expression>& expression)
    {
        if (!expression)
            return std::nullopt;
        const Read one = read(*expression, sight_);
        if (one.known == Known::value)
            return one.value;
        known_ = one.known;
        return std::nullopt;
    }

    Sight sight_;
    Known known_ = Known::value;
};

NatKind kind_at(const Translate& translate, Hook hook)
{
    if (!translate.by_hook)
        return translate.kind;
    return hook == Hook::prerouting || hook == Hook::output ? NatKind::netmap_destination
                                                            : NatKind::netmap_source;
}

} // namespace

Done perform(const Assign& assign, Fork& fork, const Context& context)
{
    const Read value = read(assign.value, sight_of(fork, context));
    if (value.known == Known::nothing)
        return kBreaks;
    if (value.known == Known::unknown)
        return kDepends;
    // connmark_tg() and nft_ct_set_eval(): without an entry there is nothing to write into.
    if (assign.target == Target::ct_mark && !is_tracked(fork.packet.ct))
        return kGoesOn;
    set(assign.target, (current(assign.target, fork) & assign.keep) ^ value.value, fork);
    fork.registers.forget();
    return kGoesOn;
}

Done perform(const Notrack& /*notrack*/, Fork& fork, const Context& /*context*/)
{
    if (!is_free(fork.packet.ct))
        return kGoesOn;
    fork.effects.notrack = fork.at.ref();
    fork.packet.ct.state = CtState::untracked;
    fork.registers.forget();
    return kGoesOn;
}

Done perform(const UpdateSet& update, Fork& fork, const Context& context)
{
    Key key = read_key(update.key, sight_of(fork, context));
    Key data = read_key(update.data, sight_of(fork, context));
    if (key.known == Known::nothing || data.known == Known::nothing)
        return kBreaks;
    if (key.known == Known::unknown || data.known == Known::unknown)
        return kDepends;
    Touched touched = fork.packet.touched == nullptr ? Touched{} : *fork.packet.touched;
    std::erase_if(touched.elements, [&](const Touched::Element& element) {
        return element.set == update.set->name() && element.key == key.parts;
    });
    touched.elements.push_back({.set = update.set->name(),
                                .key = std::move(key.parts),
                                .data = std::move(data.parts),
                                .present = update.present});
    fork.packet.touched = std::make_shared<const Touched>(std::move(touched));
    return kGoesOn;
}

// nft_nat_inet_eval(): what is of another family goes on.
Done perform(const Translate& translate, Fork& fork, const Context& context)
{
    if (translate.family && *translate.family != fork.packet.source.family())
        return kGoesOn;
    Bounds bounds(fork, context);
    Nat nat{.kind = kind_at(translate, context.hook),
            .first_address = bounds.address(translate.first_address),
            .last_address = bounds.address(translate.last_address),
            .first_port = bounds.port(translate.first_port),
            .last_port = bounds.port(translate.last_port),
            .random = translate.random,
            .persistent = translate.persistent};
    if (bounds.known() == Known::nothing)
        return kBreaks;
    if (bounds.known() == Known::unknown)
        return kDepends;
    if (!nat.last_address)
        nat.last_address = nat.first_address;
    if (!nat.last_port)
        nat.last_port = nat.first_port;
    fork.effects.nat = nat;
    return ends(Verdict::accept);
}

Done perform(const RejectPacket& reject, Fork& fork, const Context& /*context*/)
{
    fork.effects.reject =
        fork.packet.source.family() == net::Family::ipv4 ? reject.ipv4 : reject.ipv6;
    return ends(Verdict::drop);
}

// tproxy_tg4() and nft_tproxy_eval_v4(): a socket that is not transparent is none to them. One of
// which that is not told is taken for what the rule was made for.
Done perform(const DivertToSocket& divert, Fork& fork, const Context& context)
{
    Bounds bounds(fork, context);
    const auto address = bounds.address(divert.address);
    const auto port = bounds.port(divert.port);
    if (bounds.known() == Known::nothing)
        return kBreaks;
    if (bounds.known() == Known::unknown)
        return kDepends;
    const Tproxy to{.address = address, .port = port.value_or(fork.packet.destination_port)};
    const auto socket = context.surroundings.socket_of(fork.packet, &to);
    if (!socket || !socket->transparent.value_or(true))
        return divert.accepts ? ends(Verdict::drop) : kBreaks;
    fork.effects.tproxy = to;
    set(Target::mark, (current(Target::mark, fork) & divert.mark_keep) ^ divert.mark_value, fork);
    fork.registers.forget();
    return divert.accepts ? ends(Verdict::accept) : kGoesOn;
}

Done perform(const Enqueue& /*enqueue*/, Fork& /*fork*/, const Context& /*context*/)
{
    return ends(Verdict::queue);
}

const AnyOf* chance_in(const Assign& assign)
{
    return chance_in(assign.value);
}

const AnyOf* chance_in(const Translate& translate)
{
    for (const auto* bound : {&translate.first_address, &translate.first_port}) {
        if (const AnyOf* any = *bound ? chance_in(**bound) : nullptr)
            return any;
    }
    return nullptr;
}

const AnyOf* chance_in(const DivertToSocket& divert)
{
    for (const auto* part : {&divert.address, &divert.port}) {
        if (const AnyOf* any = *part ? chance_in(**part) : nullptr)
            return any;
    }
    return nullptr;
}

} // namespace onlan::rules
