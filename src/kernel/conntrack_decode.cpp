#include "kernel/conntrack_decode.hpp"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "kernel/attributes.hpp"

namespace onlan::kernel {
namespace {

using Bytes = std::span<const std::uint8_t>;

// ctnetlink speaks network byte order.
std::uint16_t number16(const Attribute& attribute)
{
    return attribute.big_endian_or<std::uint16_t>(0);
}
std::uint32_t number32(const Attribute& attribute)
{
    return attribute.big_endian_or<std::uint32_t>(0);
}

void read_addresses(model::Tuple& tuple, const Attribute& attribute)
{
    const auto address = net::IpAddress::from_bytes(attribute.bytes());
    if (!address)
        return;
    if (attribute.type() == CTA_IP_V4_SRC || attribute.type() == CTA_IP_V6_SRC)
        tuple.source = *address;
    else if (attribute.type() == CTA_IP_V4_DST || attribute.type() == CTA_IP_V6_DST)
        tuple.destination = *address;
}

void read_protocol(model::Tuple& tuple, const Attribute& attribute)
{
    const auto byte = attribute.value_or<std::uint8_t>(0);
    switch (attribute.type()) {
    case CTA_PROTO_NUM:
        tuple.protocol = byte;
        break;
    case CTA_PROTO_SRC_PORT:
    case CTA_PROTO_ICMP_ID:
    case CTA_PROTO_ICMPV6_ID:
        tuple.source_port = number16(attribute);
        break;
    case CTA_PROTO_DST_PORT:
        tuple.destination_port = number16(attribute);
        break;
    case CTA_PROTO_ICMP_TYPE:
    case CTA_PROTO_ICMPV6_TYPE:
        tuple.destination_port =
            static_cast<std::uint16_t>(byte << 8 | (tuple.destination_port & 0xFF));
        break;
    case CTA_PROTO_ICMP_CODE:
    case CTA_PROTO_ICMPV6_CODE:
        tuple.destination_port =
            static_cast<std::uint16_t>((tuple.destination_port & 0xFF00) | byte);
        break;
    default:
        break;
    }
}

struct ZonedTuple {
    model::Tuple tuple;
    std::uint16_t zone = 0;
};

ZonedTuple tuple_from(Bytes bytes)
{
    ZonedTuple found;
    visit_nested(bytes, [&](const Attribute& attribute) {
        if (attribute.type() == CTA_TUPLE_IP)
            visit_nested(attribute.bytes(),
                         [&](const Attribute& nested) { read_addresses(found.tuple, nested); });
        else if (attribute.type() == CTA_TUPLE_PROTO)
            visit_nested(attribute.bytes(),
                         [&](const Attribute& nested) { read_protocol(found.tuple, nested); });
        else if (attribute.type() == CTA_TUPLE_ZONE)
            found.zone = number16(attribute);
    });
    return found;
}

void read_tcp(model::Conntrack& entry, const Attribute& attribute)
{
    const auto byte = attribute.value_or<std::uint8_t>(0);
    switch (attribute.type()) {
    case CTA_PROTOINFO_TCP_STATE:
        entry.tcp_state = byte;
        break;
    case CTA_PROTOINFO_TCP_WSCALE_ORIGINAL:
        entry.tcp_scale_original = byte;
        break;
    case CTA_PROTOINFO_TCP_WSCALE_REPLY:
        entry.tcp_scale_reply = byte;
        break;
    case CTA_PROTOINFO_TCP_FLAGS_ORIGINAL:
        if (const auto flags = attribute.as<nf_ct_tcp_flags>())
            entry.tcp_flags_original = flags->flags;
        break;
    case CTA_PROTOINFO_TCP_FLAGS_REPLY:
        if (const auto flags = attribute.as<nf_ct_tcp_flags>())
            entry.tcp_flags_reply = flags->flags;
        break;
    default:
        break;
    }
}

void read_protocol_state(model::Conntrack& entry, Bytes bytes)
{
    visit_nested(bytes, [&](const Attribute& attribute) {
        if (attribute.type() == CTA_PROTOINFO_TCP)
            visit_nested(attribute.bytes(),
                         [&](const Attribute& nested) { read_tcp(entry, nested); });
    });
}

} // namespace

Result<model::Conntrack> conntrack_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<nfgenmsg>(message));
    model::Conntrack entry;
    ZonedTuple original;
    ZonedTuple reply;
    std::uint16_t zone = 0; // of both directions
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        switch (attribute.type()) {
        case CTA_TUPLE_ORIG:
            original = tuple_from(attribute.bytes());
            break;
        case CTA_TUPLE_REPLY:
            reply = tuple_from(attribute.bytes());
            break;
        case CTA_STATUS:
            entry.status = number32(attribute);
            break;
        case CTA_TIMEOUT:
            entry.timeout = number32(attribute);
            break;
        case CTA_MARK:
            entry.mark = number32(attribute);
            break;
        case CTA_ZONE:
            zone = number16(attribute);
            break;
        case CTA_PROTOINFO:
            read_protocol_state(entry, attribute.bytes());
            break;
        default:
            break;
        }
    }));
    entry.original = original.tuple;
    entry.reply = reply.tuple;
    entry.zone_original = zone != 0 ? zone : original.zone;
    entry.zone_reply = zone != 0 ? zone : reply.zone;
    return entry;
}

Result<model::Expectation> expectation_from_message(const nlmsghdr& message)
{
    ONLAN_TRY(const auto decoded, decode<nfgenmsg>(message));
    model::Expectation expectation;
    ONLAN_CHECK(visit_attributes(decoded.attributes, [&](const Attribute& attribute) {
        switch (attribute.type()) {
        case CTA_EXPECT_TUPLE:
            expectation.tuple = tuple_from(attribute.bytes()).tuple;
            break;
        case CTA_EXPECT_MASK:
            expectation.mask = tuple_from(attribute.bytes()).tuple;
            break;
        case CTA_EXPECT_MASTER:
            expectation.master = tuple_from(attribute.bytes()).tuple;
            break;
        case CTA_EXPECT_TIMEOUT:
            expectation.timeout = number32(attribute);
            break;
        case CTA_EXPECT_HELP_NAME:
            expectation.helper = attribute.text();
            break;
        default:
            break;
        }
    }));
    return expectation;
}

} // namespace onlan::kernel
