#include "model/policy_rule.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "net/netlink_attributes.hpp"

namespace onlan::model {
namespace {

using net::Attribute;

// struct fib_rule_hdr of include/uapi/linux/fib_rules.h; this layer includes no system header.
struct FibRuleHeader {
    std::uint8_t family = 0;
    std::uint8_t destination_length = 0;
    std::uint8_t source_length = 0;
    std::uint8_t tos = 0;
    std::uint8_t table = 0;
    std::array<std::uint8_t, 2> reserved{};
    std::uint8_t action = 0;
    std::uint32_t flags = 0;
};
constexpr std::uint32_t kInvert = 2; // FIB_RULE_INVERT; the other flags tell a state
constexpr std::uint8_t kAfInet = 2;
constexpr std::uint8_t kAfInet6 = 10;
constexpr std::uint32_t kNoSuppression = 0xFFFFFFFF; // -1 in the kernel

// FRA_*, of the same file.
enum class Key : std::uint16_t {
    destination = 1,
    source = 2,
    go_to = 4,
    mark = 10,
    realms = 11,
    suppress_ifgroup = 13,
    suppress_prefixlength = 14,
    table = 15,
    mask = 16,
    pad = 18,
    l3mdev = 19,
    uids = 20,
    protocol = 21,
    ip_protocol = 22,
    source_ports = 23,
    destination_ports = 24,
};

template <typename Value>
bool put(Value& member, const std::optional<Value>& value)
{
    member = value.value_or(member);
    return value.has_value();
}

template <typename Value>
bool put(std::optional<Value>& member, const std::optional<Value>& value)
{
    member = value;
    return value.has_value();
}

std::optional<net::Prefix> block(const Attribute& attribute, unsigned length)
{
    const auto address = net::IpAddress::from_bytes(attribute.bytes());
    return address ? std::optional(net::Prefix::around(*address, length)) : std::nullopt;
}

// The kernel keeps the bounds in host order (struct fib_rule_port_range, fib_rule_uid_range).
template <typename Number>
std::optional<NumberRange> range(const Attribute& attribute)
{
    const auto bounds = attribute.as<std::array<Number, 2>>();
    return bounds ? std::optional(NumberRange{.first = (*bounds)[0], .last = (*bounds)[1]})
                  : std::nullopt;
}

bool put_suppression(std::optional<std::uint32_t>& member, const Attribute& attribute)
{
    const auto value = attribute.as<std::uint32_t>();
    if (value != kNoSuppression)
        member = value;
    return value.has_value();
}

// Whether the attribute found its member.
bool take(PolicyRule& rule, const FibRuleHeader& header, const Attribute& attribute)
{
    switch (static_cast<Key>(attribute.type())) {
    case Key::destination:
        return put(rule.to, block(attribute, header.destination_length));
    case Key::source:
        return put(rule.from, block(attribute, header.source_length));
    case Key::go_to:
        return put(rule.target, attribute.as<std::uint32_t>());
    case Key::mark:
        if (!rule.mark)
            rule.mark.emplace();
        return put(rule.mark->value, attribute.as<std::uint32_t>());
    case Key::mask:
        if (!rule.mark)
            rule.mark.emplace();
        return put(rule.mark->mask, attribute.as<std::uint32_t>());
    case Key::realms:
        return put(rule.realms, attribute.as<std::uint32_t>());
    case Key::suppress_ifgroup:
        return put_suppression(rule.suppress_ifgroup, attribute);
    case Key::suppress_prefixlength:
        return put_suppression(rule.suppress_prefixlength, attribute);
    case Key::table:
        return put(rule.table, attribute.as<std::uint32_t>());
    case Key::pad:
        return true;
    case Key::l3mdev:
        rule.l3mdev = attribute.value_or<std::uint8_t>(0) != 0;
        return true;
    case Key::uids:
        return put(rule.uids, range<std::uint32_t>(attribute));
    case Key::protocol:
        return put(rule.protocol, attribute.as<std::uint8_t>());
    case Key::ip_protocol:
        return put(rule.ip_protocol, attribute.as<std::uint8_t>());
    case Key::source_ports:
        return put(rule.source_ports, range<std::uint16_t>(attribute));
    case Key::destination_ports:
        return put(rule.destination_ports, range<std::uint16_t>(attribute));
    }
    return false;
}

class Attributes {
public:
    template <typename Number>
    void put(Key key, const Number& value)
    {
        net::append_attribute(bytes_, static_cast<std::uint16_t>(key),
                              {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
    }
    template <typename Number>
    void put_if(Key key, const std::optional<Number>& value)
    {
        if (value)
            put(key, *value);
    }
    template <typename Number>
    void put_range(Key key, const std::optional<NumberRange>& range)
    {
        if (range)
            put(key,
                std::array{static_cast<Number>(range->first), static_cast<Number>(range->last)});
    }
    // Returns the prefix length, which stands in the header.
    std::uint8_t put_block(Key key, const std::optional<net::Prefix>& block)
    {
        if (!block)
            return 0;
        net::append_attribute(bytes_, static_cast<std::uint16_t>(key), block->first().bytes());
        return static_cast<std::uint8_t>(block->length());
    }

    [[nodiscard]] std::vector<std::uint8_t> take() && { return std::move(bytes_); }

private:
    std::vector<std::uint8_t> bytes_;
};

Failure unknown(const Rule& rule, const std::string& what)
{
    return fail(
        Failed::missing_feature,
        fmt::format("policy rule {} has {}, which onlan cannot express", rule.priority, what));
}

bool is_known(std::uint8_t action)
{
    using namespace rule_action;
    constexpr std::array<std::uint8_t, 6> kKnown = {lookup,    go_to,       nop,
                                                    blackhole, unreachable, prohibit};
    return std::ranges::find(kKnown, action) != kKnown.end();
}

} // namespace

PolicyRule policy_rule_from(const Rule& rule)
{
    PolicyRule decoded{.family = rule.family,
                       .priority = rule.priority,
                       .input_interface = rule.input_interface,
                       .output_interface = rule.output_interface};
    FibRuleHeader header;
    if (rule.header.size() != sizeof header)
        return decoded;
    std::memcpy(&header, rule.header.data(), sizeof header);
    decoded.invert = (header.flags & kInvert) != 0;
    decoded.tos = header.tos;
    decoded.table = header.table;
    decoded.action = header.action;
    net::visit_nested(rule.rest, [&](const Attribute& attribute) {
        if (!take(decoded, header, attribute))
            net::append_attribute(decoded.other, attribute.type(), attribute.bytes());
    });
    return decoded;
}

Rule rule_from(const PolicyRule& rule)
{
    constexpr std::uint32_t kLargestShortTable = 255; // a larger one stands in FRA_TABLE only
    Attributes attributes;
    FibRuleHeader header{
        .family = rule.family == net::Family::ipv4 ? kAfInet : kAfInet6,
        .destination_length = attributes.put_block(Key::destination, rule.to),
        .source_length = attributes.put_block(Key::source, rule.from),
        .tos = rule.tos,
        .table = static_cast<std::uint8_t>(rule.table <= kLargestShortTable ? rule.table : 0),
        .reserved = {},
        .action = rule.action,
        .flags = rule.invert ? kInvert : 0};
    if (rule.target != 0)
        attributes.put(Key::go_to, rule.target);
    if (rule.mark) {
        attributes.put(Key::mark, rule.mark->value);
        attributes.put(Key::mask, rule.mark->mask);
    }
    attributes.put_if(Key::realms, rule.realms);
    attributes.put_if(Key::suppress_ifgroup, rule.suppress_ifgroup);
    attributes.put_if(Key::suppress_prefixlength, rule.suppress_prefixlength);
    attributes.put(Key::table, rule.table);
    if (rule.l3mdev)
        attributes.put(Key::l3mdev, std::uint8_t{1});
    attributes.put_range<std::uint32_t>(Key::uids, rule.uids);
    attributes.put(Key::protocol, rule.protocol);
    if (rule.ip_protocol != 0)
        attributes.put(Key::ip_protocol, rule.ip_protocol);
    attributes.put_range<std::uint16_t>(Key::source_ports, rule.source_ports);
    attributes.put_range<std::uint16_t>(Key::destination_ports, rule.destination_ports);

    Rule encoded{.family = rule.family,
                 .priority = rule.priority,
                 .input_interface = rule.input_interface,
                 .output_interface = rule.output_interface,
                 .header = std::vector<std::uint8_t>(sizeof header),
                 .rest = std::move(attributes).take()};
    std::memcpy(encoded.header.data(), &header, sizeof header);
    encoded.rest.insert(encoded.rest.end(), rule.other.begin(), rule.other.end());
    return encoded;
}

Result<PolicyRule> whole_policy_rule(const Rule& rule)
{
    if (rule.header.size() != sizeof(FibRuleHeader))
        return unknown(rule, "a malformed header");
    PolicyRule decoded = policy_rule_from(rule);
    if (!is_known(decoded.action))
        return unknown(rule, fmt::format("action {}", decoded.action));
    Result<> known;
    ONLAN_CHECK(net::visit_attributes(decoded.other, [&](const Attribute& attribute) {
        known = unknown(rule, fmt::format("attribute {}", attribute.type()));
    }));
    ONLAN_CHECK(std::move(known));
    return decoded;
}

} // namespace onlan::model
