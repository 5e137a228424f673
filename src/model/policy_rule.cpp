#include "model/policy_rule.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace onlan::model {
namespace {

using Bytes = std::span<const std::uint8_t>;

// struct fib_rule_hdr: family, dst_len, src_len, tos, table, two reserved, action, 32 bits of
// flags.
constexpr std::size_t kHeaderSize = 12;
enum HeaderByte : std::size_t {
    kFamily = 0,
    kDestinationLength = 1,
    kSourceLength = 2,
    kTos = 3,
    kTable = 4,
    kAction = 7,
    kFlags = 8
};
constexpr std::uint32_t kInvert = 2; // FIB_RULE_INVERT
constexpr std::uint8_t kAfInet = 2;
constexpr std::uint8_t kAfInet6 = 10;
constexpr std::uint32_t kNoSuppression = 0xFFFFFFFF; // -1

// enum fib_rule_attr of include/uapi/linux/fib_rules.h
enum Fra : std::uint16_t {
    kDst = 1,
    kSrc = 2,
    kGoto = 4,
    kFwmark = 10,
    kSuppressIfgroup = 13,
    kSuppressPrefixlen = 14,
    kTableNumber = 15,
    kFwmask = 16,
    kL3mdev = 19,
    kUidRange = 20,
    kProtocol = 21,
    kIpProto = 22,
    kSportRange = 23,
    kDportRange = 24
};

template <typename Number>
std::optional<Number> number(Bytes bytes, std::size_t at = 0)
{
    if (bytes.size() < at + sizeof(Number))
        return {};
    Number value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

// The kernel keeps the bounds in host order (struct fib_rule_port_range, fib_rule_uid_range).
template <typename Number>
std::optional<NumberRange> range(Bytes bytes)
{
    const auto first = number<Number>(bytes);
    const auto last = number<Number>(bytes, sizeof(Number));
    return first && last ? std::optional(NumberRange{.first = *first, .last = *last})
                         : std::nullopt;
}

std::optional<net::Prefix> prefix(Bytes address, unsigned length)
{
    const auto parsed = net::IpAddress::from_bytes(address);
    return parsed ? std::optional(net::Prefix::around(*parsed, length)) : std::nullopt;
}

std::optional<std::uint32_t> suppression(Bytes bytes)
{
    const auto value = number<std::uint32_t>(bytes);
    return value == kNoSuppression ? std::nullopt : value;
}

void append(std::vector<std::uint8_t>& to, std::uint16_t type, Bytes payload)
{
    const auto size = static_cast<std::uint16_t>(2 * sizeof(std::uint16_t) + payload.size());
    const std::size_t start = to.size();
    to.resize(start + (size + 3U) / 4 * 4);
    std::memcpy(to.data() + start, &size, sizeof size);
    std::memcpy(to.data() + start + sizeof size, &type, sizeof type);
    std::ranges::copy(payload, to.begin() + static_cast<std::ptrdiff_t>(start + 2 * sizeof size));
}

template <typename Number>
void append_number(std::vector<std::uint8_t>& to, std::uint16_t type, Number value)
{
    append(to, type, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
}

template <typename Number>
void append_range(std::vector<std::uint8_t>& to,
                  std::uint16_t type,
                  const std::optional<NumberRange>& range)
{
    if (!range)
        return;
    const std::array<Number, 2> bounds = {static_cast<Number>(range->first),
                                          static_cast<Number>(range->last)};
    append(to, type, {reinterpret_cast<const std::uint8_t*>(bounds.data()), sizeof bounds});
}

void read_attribute(PolicyRule& rule, const Rule& from, std::uint16_t type, Bytes payload)
{
    switch (type) {
    case kDst:
        rule.to = prefix(payload, from.header[kDestinationLength]);
        break;
    case kSrc:
        rule.from = prefix(payload, from.header[kSourceLength]);
        break;
    case kGoto:
        rule.target = number<std::uint32_t>(payload).value_or(0);
        break;
    case kFwmark:
        rule.mark = number<std::uint32_t>(payload).value_or(0);
        break;
    case kFwmask:
        rule.mark_mask = number<std::uint32_t>(payload);
        break;
    case kSuppressIfgroup:
        rule.suppress_ifgroup = suppression(payload);
        break;
    case kSuppressPrefixlen:
        rule.suppress_prefixlength = suppression(payload);
        break;
    case kTableNumber:
        rule.table = number<std::uint32_t>(payload).value_or(rule.table);
        break;
    case kL3mdev:
        rule.l3mdev = number<std::uint8_t>(payload).value_or(0) != 0;
        break;
    case kUidRange:
        rule.uids = range<std::uint32_t>(payload);
        break;
    case kProtocol:
        rule.protocol = number<std::uint8_t>(payload).value_or(0);
        break;
    case kIpProto:
        rule.ip_protocol = number<std::uint8_t>(payload).value_or(0);
        break;
    case kSportRange:
        rule.source_ports = range<std::uint16_t>(payload);
        break;
    case kDportRange:
        rule.destination_ports = range<std::uint16_t>(payload);
        break;
    default:
        append(rule.other, type, payload);
    }
}

} // namespace

PolicyRule policy_rule_from(const Rule& rule)
{
    PolicyRule decoded{.family = rule.family,
                       .priority = rule.priority,
                       .input_interface = rule.input_interface,
                       .output_interface = rule.output_interface};
    if (rule.header.size() < kHeaderSize)
        return decoded;
    decoded.invert = (*number<std::uint32_t>(rule.header, kFlags) & kInvert) != 0;
    decoded.tos = rule.header[kTos];
    decoded.table = rule.header[kTable];
    decoded.action = rule.header[kAction];
    constexpr std::size_t kAttributeHeader = 4;
    for (Bytes rest = rule.rest; rest.size() >= kAttributeHeader;) {
        const std::uint16_t size = *number<std::uint16_t>(rest);
        if (size < kAttributeHeader || size > rest.size())
            break;
        read_attribute(decoded, rule, *number<std::uint16_t>(rest, 2),
                       rest.subspan(kAttributeHeader, size - kAttributeHeader));
        rest = rest.subspan(std::min<std::size_t>((size + 3U) / 4 * 4, rest.size()));
    }
    return decoded;
}

Rule rule_from(const PolicyRule& rule)
{
    constexpr std::uint32_t kLargestShortTable = 255; // a larger one stands in FRA_TABLE only
    Rule encoded{.family = rule.family,
                 .priority = rule.priority,
                 .input_interface = rule.input_interface,
                 .output_interface = rule.output_interface,
                 .header = std::vector<std::uint8_t>(kHeaderSize),
                 .rest = {}};
    encoded.header[kFamily] = rule.family == net::Family::ipv4 ? kAfInet : kAfInet6;
    encoded.header[kTos] = rule.tos;
    encoded.header[kTable] =
        rule.table <= kLargestShortTable ? static_cast<std::uint8_t>(rule.table) : std::uint8_t{0};
    encoded.header[kAction] = rule.action;
    const std::uint32_t flags = rule.invert ? kInvert : 0;
    std::memcpy(&encoded.header[kFlags], &flags, sizeof flags);
    std::vector<std::uint8_t>& rest = encoded.rest;
    const auto put_prefix = [&](const std::optional<net::Prefix>& block, Fra type, HeaderByte at) {
        if (!block)
            return;
        encoded.header[at] = static_cast<std::uint8_t>(block->length());
        append(rest, type, block->first().bytes());
    };
    put_prefix(rule.to, kDst, kDestinationLength);
    put_prefix(rule.from, kSrc, kSourceLength);
    if (rule.target != 0)
        append_number(rest, kGoto, rule.target);
    if (rule.mark != 0)
        append_number(rest, kFwmark, rule.mark);
    if (rule.mark_mask)
        append_number(rest, kFwmask, *rule.mark_mask);
    if (rule.suppress_ifgroup)
        append_number(rest, kSuppressIfgroup, *rule.suppress_ifgroup);
    append_number(rest, kSuppressPrefixlen, rule.suppress_prefixlength.value_or(kNoSuppression));
    append_number(rest, kTableNumber, rule.table);
    if (rule.l3mdev)
        append_number(rest, kL3mdev, std::uint8_t{1});
    append_range<std::uint32_t>(rest, kUidRange, rule.uids);
    append_number(rest, kProtocol, rule.protocol);
    if (rule.ip_protocol != 0)
        append_number(rest, kIpProto, rule.ip_protocol);
    append_range<std::uint16_t>(rest, kSportRange, rule.source_ports);
    append_range<std::uint16_t>(rest, kDportRange, rule.destination_ports);
    rest.insert(rest.end(), rule.other.begin(), rule.other.end());
    return encoded;
}

} // namespace onlan::model
