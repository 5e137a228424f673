#include "rules/machine/conditions.hpp"

#include <algorithm>

namespace onlan::rules {
namespace {

// Several that must all hold.
Tri all_of(const std::vector<CompareExpression>& comparisons, const Sight& sight)
{
    Tri all = Tri::yes;
    for (const CompareExpression& comparison : comparisons) {
        const Tri one = check(comparison, sight);
        if (one == Tri::no)
            return Tri::no;
        if (one == Tri::maybe)
            all = Tri::maybe;
    }
    return all;
}

bool named(const model::Link* link, const Interval& names)
{
    return names.contains(Value::of_name(link->name));
}

// The option is used, and the answer is not what it asks for.
bool fails(Physdev::Asked asked, bool answer)
{
    return asked != Physdev::Asked::no && answer != (asked == Physdev::Asked::yes);
}

Tri has(const ElementSet& set, const Key& key, const Sight& sight)
{
    if (const auto* own = touched_by_flow(set, key.parts, sight))
        return tri(own->present);
    return set.find(key.parts).answer;
}

} // namespace

Tri check(const CompareExpression& compare, const Sight& sight)
{
    const Read left = read(compare.left, sight);
    if (left.known == Known::value)
        return tri(contains(compare.right, left.value) != compare.negated);
    return left.known == Known::unknown ? Tri::maybe : tri(compare.without);
}

Tri check(const Contains& contains, const Sight& sight)
{
    Tri any = Tri::no;
    for (const Contains::Member& member : contains.any) {
        const Key key = read_key(member.key, sight);
        if (key.known == Known::nothing && contains.breaks)
            return Tri::no;
        if (key.known == Known::nothing)
            continue;
        const Tri one = key.known == Known::unknown ? Tri::maybe : has(*member.set, key, sight);
        if (one == Tri::yes)
            return tri(!contains.negated);
        if (one == Tri::maybe)
            any = Tri::maybe;
    }
    return contains.negated ? !any : any;
}

Tri check(const AnyWay& any, const Sight& sight)
{
    Tri answer = Tri::no;
    for (const auto& way : any.ways) {
        const Tri one = all_of(way, sight);
        if (one == Tri::yes)
            return tri(!any.negated);
        if (one == Tri::maybe)
            answer = Tri::maybe;
    }
    return any.negated ? !answer : answer;
}

// physdev_mt(), net/netfilter/xt_physdev.c
Tri check(const Physdev& physdev, const Sight& sight)
{
    using enum Physdev::Asked;
    const PacketView& packet = sight.packet;
    if (!packet.has_bridge_info) {
        const bool all_inverted = physdev.in != yes && physdev.out != yes && physdev.is_in != yes &&
                                  physdev.is_out != yes && physdev.is_bridged != yes;
        return tri(all_inverted);
    }
    const model::Link* in = packet.physical_in;
    const model::Link* out = packet.physical_out;
    if (fails(physdev.is_bridged, out != nullptr) || fails(physdev.is_in, in != nullptr) ||
        fails(physdev.is_out, out != nullptr))
        return Tri::no;
    if (in != nullptr && fails(physdev.in, named(in, physdev.in_name)))
        return Tri::no;
    if (physdev.out == no)
        return Tri::yes;
    return tri(out != nullptr && !fails(physdev.out, named(out, physdev.out_name)));
}

// addrtype_mt_v1(), net/netfilter/xt_addrtype.c
Tri check(const AddressType& type, const Sight& sight)
{
    const PacketView& packet = sight.packet;
    const model::Link* device = type.device == Fib::Device::in    ? packet.in
                                : type.device == Fib::Device::out ? packet.out
                                                                  : nullptr;
    const std::uint8_t answer = sight.context.surroundings.address_type(
        type.of_source ? packet.source : packet.destination, device);
    constexpr std::uint8_t kMostTypes = 32;
    const bool among = answer < kMostTypes && (type.types >> answer & 1U) != 0;
    return tri(among != type.negated);
}

// rpfilter_mt(), net/ipv4/netfilter/ipt_rpfilter.c
Tri check(const ReversePath& path, const Sight& sight)
{
    const PacketView& packet = sight.packet;
    if (packet.in != nullptr && packet.in->loopback)
        return tri(!path.inverted);
    const bool nobody_yet =
        std::ranges::all_of(packet.source.bytes(), [](std::uint8_t byte) { return byte == 0; });
    if (nobody_yet && packet.type != PacketType::host)
        return tri(!path.inverted);
    const model::Link* back = sight.context.surroundings.reverse_device(packet, path.by_mark);
    const bool fits = back != nullptr &&
                      (path.loose || (packet.in != nullptr && back->index == packet.in->index));
    return tri(fits != path.inverted);
}

} // namespace onlan::rules
