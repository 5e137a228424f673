#include "rules/machine/expression.hpp"

#include <algorithm>

#include "rules/machine/element_set.hpp"

namespace onlan::rules {
namespace {

constexpr std::uint64_t kMostInByte = 255;

const model::Link* device(Fib::Device which, const PacketView& packet)
{
    switch (which) {
    case Fib::Device::none:
        return nullptr;
    case Fib::Device::in:
        return packet.in;
    case Fib::Device::out:
        return packet.out;
    }
    return nullptr;
}

// nft_fib4_eval() and nft_fib6_eval(): the device of a unicast route to the address; with a device
// in the question, that device or none.
Read route_device(const Fib& fib, const Sight& sight)
{
    const PacketView& packet = sight.packet;
    const bool loops =
        sight.context.hook == Hook::prerouting && packet.in != nullptr && packet.in->loopback;
    const model::Link* found = packet.in;
    if (!loops) {
        PacketView question = packet;
        if (!fib.of_source)
            std::swap(question.source, question.destination);
        found = sight.context.surroundings.reverse_device(question, fib.by_mark);
        const model::Link* asked = device(fib.device, packet);
        if (found != nullptr && asked != nullptr && found->index != asked->index)
            found = nullptr;
    }
    switch (fib.result) {
    case Fib::Result::type:
    case Fib::Result::present:
        return Read::of(found == nullptr ? 0 : 1);
    case Fib::Result::oif:
        return Read::of(found == nullptr ? 0 : static_cast<std::uint64_t>(found->index));
    case Fib::Result::oifname:
        return Read::of(found == nullptr ? Value{} : Value::of_name(found->name));
    }
    return kUnknown;
}

Read read_source(const Fib& fib, const Sight& sight)
{
    if (fib.result != Fib::Result::type)
        return route_device(fib, sight);
    // nft_fib4_eval_type()
    const net::IpAddress& address = fib.of_source ? sight.packet.source : sight.packet.destination;
    return Read::of(
        sight.context.surroundings.address_type(address, device(fib.device, sight.packet)));
}

Read read_source(Field field, const Sight& sight)
{
    return sight.registers.read(field, sight.packet, sight.context);
}

Read read_source(const Value& value, const Sight& /*sight*/)
{
    return Read::of(value);
}

Read read_source(const AnyOf& any, const Sight& sight)
{
    if (sight.chosen)
        return Read::of(std::uint64_t{any.offset} + *sight.chosen);
    return any.modulus == 1 ? Read::of(any.offset) : kUnknown;
}

const Interval* data_part(const Element& element, std::size_t part)
{
    const auto* data = std::get_if<Intervals>(&element.data);
    return data == nullptr || part >= data->size() ? nullptr : &(*data)[part];
}

Read read_source(const MapLookup& lookup, const Sight& sight)
{
    const Key key = read_key(lookup.key, sight);
    if (key.known != Known::value)
        return {.known = key.known, .value = {}};
    if (const auto* own = touched_by_flow(*lookup.map, key.parts, sight)) {
        if (!own->present)
            return kNothing;
        return lookup.part < own->data.size() ? Read::of(own->data[lookup.part]) : kUnknown;
    }
    const ElementSet::Found found = lookup.map->find(key.parts);
    if (found.answer == Tri::no)
        return kNothing;
    const Interval* data =
        found.answer == Tri::yes ? data_part(*found.element, lookup.part) : nullptr;
    if (data == nullptr)
        return kUnknown;
    return Read::of(lookup.last ? data->last : data->first);
}

} // namespace

Value apply(const std::vector<Operation>& operations, Value value) noexcept
{
    for (const Operation& operation : operations) {
        const auto bits = static_cast<unsigned>(operation.operand.low);
        switch (operation.kind) {
        case Operation::Kind::bit_and:
            value = value & operation.operand;
            break;
        case Operation::Kind::bit_or:
            value = value | operation.operand;
            break;
        case Operation::Kind::bit_xor:
            value = value ^ operation.operand;
            break;
        case Operation::Kind::left:
            value = shift_left(value, bits);
            break;
        case Operation::Kind::right:
            value = shift_right(value, bits);
            break;
        case Operation::Kind::plus: {
            const auto sum = static_cast<std::int64_t>(value.low + operation.operand.low);
            value = Value::of(sum < 0 ? 0 : std::min(static_cast<std::uint64_t>(sum), kMostInByte));
            break;
        }
        }
    }
    return value;
}

Read read(const Expression& expression, const Sight& sight)
{
    Read result = std::visit([&](const auto& source) { return read_source(source, sight); },
                             expression.source);
    if (result.known == Known::value && !expression.operations.empty())
        result.value = apply(expression.operations, result.value);
    return result;
}

const AnyOf* chance_in(const Expression& expression)
{
    if (const auto* any = std::get_if<AnyOf>(&expression.source))
        return any;
    if (const auto* lookup = std::get_if<MapLookup>(&expression.source)) {
        for (const Expression& part : lookup->key) {
            if (const AnyOf* any = chance_in(part))
                return any;
        }
    }
    return nullptr;
}

} // namespace onlan::rules
