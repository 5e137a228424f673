#include "rules/nft/datatype.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/number.hpp"
#include "rules/machine/reading.hpp"
#include "rules/machine/symbols.hpp"

namespace onlan::rules::nft {
namespace {

std::span<const Symbol> none()
{
    return {};
}

// A datatype by the name that nft gives it, and the names that stand for its numbers.
struct Named {
    std::string_view name;
    Datatype datatype = Datatype::integer;
    std::span<const Symbol> (*symbols)() = none;
};
constexpr auto kDatatypes = std::to_array<Named>({
    {"ipv4_addr", Datatype::address},
    {"ipv6_addr", Datatype::address},
    {"ether_addr", Datatype::ether_addr},
    {"ifname", Datatype::ifname},
    {"iface_index", Datatype::ifindex},
    {"ether_type", Datatype::ether_type, ether_types},
    {"inet_proto", Datatype::inet_proto, protocols},
    {"inet_service", Datatype::inet_service, services},
    {"icmp_type", Datatype::icmp_type, icmp_types},
    {"icmpv6_type", Datatype::icmpv6_type, icmpv6_types},
    {"icmp_code", Datatype::icmp_code, icmp_codes},
    {"icmpv6_code", Datatype::icmpv6_code, icmpv6_codes},
    {"icmpx_code", Datatype::icmpx_code, icmpx_codes},
    {"tcp_flag", Datatype::tcp_flag, tcp_flags},
    {"ct_state", Datatype::ct_state, ct_states},
    {"ct_status", Datatype::ct_status, ct_statuses},
    {"ct_dir", Datatype::ct_dir, ct_directions},
    {"pkt_type", Datatype::pkttype, packet_types},
    {"fib_addrtype", Datatype::fib_addrtype, address_types},
    {"nf_proto", Datatype::nf_proto, nf_protocols},
    {"arp_op", Datatype::arp_op, arp_operations},
    {"dscp", Datatype::dscp, dscps},
    {"iface_type", Datatype::iface_type, device_types},
    {"devgroup", Datatype::devgroup, device_groups},
    {"boolean", Datatype::boolean},
    {"verdict", Datatype::verdict},
});

std::span<const Symbol> symbols_of(Datatype datatype)
{
    const auto* row = std::ranges::find(kDatatypes, datatype, &Named::datatype);
    return row == kDatatypes.end() ? none() : row->symbols();
}

Result<Value> named(const std::string& text, Datatype datatype, const Devices& devices)
{
    if (datatype == Datatype::ifname)
        return Value::of_name(text);
    if (const auto address = net::IpAddress::parse(text))
        return Value::of(*address);
    if (const auto mac = net::MacAddress::parse(text))
        return Value::of(*mac);
    if (const auto symbol = find_symbol(symbols_of(datatype), text))
        return Value::of(*symbol);
    if (const auto number = parse_prefixed_number<std::uint64_t>(text))
        return Value::of(*number);
    if (datatype == Datatype::ifindex) {
        const auto device = devices.find(text);
        if (device != devices.end())
            return Value::of(static_cast<std::uint64_t>(device->second));
    }
    return not_understood(fmt::format("'{}' is not a known value here", text));
}

// "br-*", but not "br-\*", which means a name with a star in it.
bool is_wildcard(const Json& json, Datatype datatype)
{
    const auto* text = json.get_ptr<const std::string*>();
    return datatype == Datatype::ifname && text != nullptr && text->ends_with('*') &&
           !text->ends_with("\\*");
}

Result<Value> alternatives(const Json& list, Datatype datatype, const Devices& devices)
{
    Value all;
    for (const Json& one : list) {
        ONLAN_TRY(const Value value, constant(one, datatype, devices));
        all = all | value;
    }
    return all;
}

} // namespace

Datatype datatype_named(std::string_view name)
{
    const auto* row = std::ranges::find(kDatatypes, name, &Named::name);
    return row == kDatatypes.end() ? Datatype::integer : row->datatype;
}

unsigned width(Datatype datatype, const Value& value)
{
    constexpr unsigned kMacBits = 48;
    constexpr std::uint64_t kLastIpv4 = 0xFFFFFFFF;
    if (datatype == Datatype::ether_addr)
        return kMacBits;
    if (datatype == Datatype::inet_service)
        return 16;
    return value.high == 0 && value.low <= kLastIpv4 ? 32 : 128;
}

Result<Value> constant(const Json& json, Datatype datatype, const Devices& devices)
{
    if (json.is_number_integer())
        return Value::of(json.get<std::uint64_t>());
    if (json.is_boolean())
        return Value::of(json.get<bool>() ? 1 : 0);
    if (const auto* text = json.get_ptr<const std::string*>())
        return named(*text, datatype, devices);
    if (json.is_array())
        return alternatives(json, datatype, devices);
    if (const Json* either = find_member(json, "|"); either != nullptr && either->is_array())
        return alternatives(*either, datatype, devices);
    // An element that is one value of a set of its own: {"elem": {"val": …}}.
    return not_understood(fmt::format("{} is not a constant", shown(json)));
}

Result<Interval> interval(const Json& json, Datatype datatype, const Devices& devices)
{
    if (is_wildcard(json, datatype)) {
        const auto& text = json.get_ref<const std::string&>();
        return Interval::names(std::string_view(text).substr(0, text.size() - 1));
    }
    if (const Json* prefix = find_member(json, "prefix")) {
        ONLAN_TRY(const std::string address, text_member(*prefix, "addr"));
        ONLAN_TRY(const Value value, constant(address, datatype, devices));
        const bool ipv6 = address.find(':') != std::string::npos;
        const unsigned bits =
            datatype == Datatype::address ? (ipv6 ? 128U : 32U) : width(datatype, value);
        return Interval::prefix(value, bits,
                                static_cast<unsigned>(optional_number(*prefix, "len")));
    }
    if (const Json* range = find_member(json, "range")) {
        if (!range->is_array() || range->size() != 2)
            return not_understood(fmt::format("a range needs two ends: {}", shown(json)));
        ONLAN_TRY(const Value first, constant((*range)[0], datatype, devices));
        ONLAN_TRY(const Value last, constant((*range)[1], datatype, devices));
        return Interval{.first = first, .last = last};
    }
    ONLAN_TRY(const Value value, constant(json, datatype, devices));
    return Interval::point(value);
}

} // namespace onlan::rules::nft
