#include "model/policy_rule.hpp"

#include <array>

#include <fmt/format.h>

#include "net/netlink_attributes.hpp"

namespace onlan::model {
namespace {

// struct fib_rule_hdr of include/uapi/linux/fib_rules.h; this layer includes no system header.
struct Header {
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

// FRA_*, of the same file.
enum class Key : std::uint16_t {
    destination = 1,
    source = 2,
    go_to = 4,
    mark = 10,
    realms = 11,
    suppress_group = 13,
    suppress_length = 14,
    table = 15,
    mask = 16,
    pad = 18,
    l3mdev = 19,
    users = 20,
    protocol = 21,
    ip_protocol = 22,
    source_ports = 23,
    destination_ports = 24,
};

constexpr std::uint32_t kNothingSuppressed = 0xFFFFFFFF; // -1 in the kernel

Failure unknown(const Rule& rule, const std::string& what)
{
    return fail(
        Failed::missing_feature,
        fmt::format("policy rule {} has {}, for which onlan has no words", rule.priority, what));
}

class Reader {
public:
    Reader(const Rule& rule, const Header& header) : rule_(rule), header_(header) {}

    Result<PolicyRule> read()
    {
        read_.family = rule_.family;
        read_.priority = rule_.priority;
        read_.input_interface = rule_.input_interface;
        read_.output_interface = rule_.output_interface;
        read_.inverted = (header_.flags & kInvert) != 0;
        read_.tos = header_.tos;
        read_.table = header_.table;
        ONLAN_CHECK(read_action());
        Result<> taken;
        ONLAN_CHECK(net::visit_attributes(rule_.rest, [&](const net::Attribute& attribute) {
            if (taken)
                taken = take(attribute);
        }));
        ONLAN_CHECK(std::move(taken));
        return std::move(read_);
    }

private:
    Result<> read_action()
    {
        for (const auto action :
             {RuleAction::lookup, RuleAction::go_to, RuleAction::nop, RuleAction::blackhole,
              RuleAction::unreachable, RuleAction::prohibit}) {
            if (header_.action == static_cast<std::uint8_t>(action)) {
                read_.action = action;
                return {};
            }
        }
        return unknown(rule_, fmt::format("action {}", header_.action));
    }

    Result<> take(const net::Attribute& attribute)
    {
        switch (static_cast<Key>(attribute.type())) {
        case Key::destination:
            return put(read_.to, block(attribute, header_.destination_length), attribute);
        case Key::source:
            return put(read_.from, block(attribute, header_.source_length), attribute);
        case Key::go_to:
            return put(read_.target, attribute.as<std::uint32_t>(), attribute);
        case Key::mark:
            return put(mark().first, attribute.as<std::uint32_t>(), attribute);
        case Key::mask:
            return put(mark().second, attribute.as<std::uint32_t>(), attribute);
        case Key::realms:
            return put(read_.realms, attribute.as<std::uint32_t>(), attribute);
        case Key::suppress_group:
            return put_unless_none(read_.suppressed_group, attribute);
        case Key::suppress_length:
            return put_unless_none(read_.suppressed_length, attribute);
        case Key::table:
            return put(read_.table, attribute.as<std::uint32_t>(), attribute);
        case Key::l3mdev:
            read_.l3mdev = attribute.as<std::uint8_t>() != std::uint8_t{0};
            return {};
        case Key::users:
            return put(read_.users, attribute.as<Pair<std::uint32_t>>(), attribute);
        case Key::protocol:
            return put(read_.protocol, attribute.as<std::uint8_t>(), attribute);
        case Key::ip_protocol:
            return put(read_.ip_protocol, attribute.as<std::uint8_t>(), attribute);
        case Key::source_ports:
            return put(read_.source_ports, attribute.as<Pair<std::uint16_t>>(), attribute);
        case Key::destination_ports:
            return put(read_.destination_ports, attribute.as<Pair<std::uint16_t>>(), attribute);
        case Key::pad:
            return {};
        }
        return unknown(rule_, fmt::format("attribute {}", attribute.type()));
    }

    static std::optional<net::Prefix> block(const net::Attribute& attribute, unsigned length)
    {
        const auto address = net::IpAddress::from_bytes(attribute.bytes());
        return address ? std::optional(net::Prefix::around(*address, length)) : std::nullopt;
    }

    // A mark without a mask is compared whole.
    Pair<std::uint32_t>& mark()
    {
        if (!read_.mark)
            read_.mark = {.first = 0, .second = 0xFFFFFFFF};
        return *read_.mark;
    }

    template <typename Member, typename Value>
    Result<> put(Member& member, const std::optional<Value>& value, const net::Attribute& attribute)
    {
        if (!value)
            return unknown(rule_, fmt::format("a malformed attribute {}", attribute.type()));
        // NOLINTNEXTLINE(bugprone-optional-value-conversion): not every member is an optional.
        member = *value;
        return {};
    }

    Result<> put_unless_none(std::optional<std::uint32_t>& member, const net::Attribute& attribute)
    {
        const auto value = attribute.as<std::uint32_t>();
        return value == kNothingSuppressed ? Result<>{} : put(member, value, attribute);
    }

    const Rule& rule_;
    const Header& header_;
    PolicyRule read_;
};

} // namespace

Result<PolicyRule> policy_rule(const Rule& rule)
{
    Header header;
    if (rule.header.size() != sizeof header)
        return unknown(rule, "a malformed header");
    std::memcpy(&header, rule.header.data(), sizeof header);
    return Reader(rule, header).read();
}

} // namespace onlan::model
