#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "rules/machine/field.hpp"
#include "rules/machine/value.hpp"
#include "rules/nft/json.hpp"

namespace onlan::rules::nft {

// How nft writes a value: struct datatype of its sources.
enum class Datatype : std::uint8_t {
    integer,
    address,
    ether_addr,
    ifname,
    ifindex,
    ether_type,
    inet_proto,
    inet_service,
    icmp_type,
    icmpv6_type,
    icmp_code,
    icmpv6_code,
    icmpx_code,
    tcp_flag,
    ct_state,
    ct_status,
    ct_dir,
    pkttype,
    fib_addrtype,
    nf_proto,
    arp_op,
    dscp,
    iface_type,
    devgroup,
    boolean,
    verdict,
    other
};

// The index of each device by its name, which nft prints in its place.
using Devices = std::map<std::string, int>;

// By the name that `type` of a set gives it.
[[nodiscard]] Datatype datatype_named(std::string_view name);
[[nodiscard]] Datatype datatype_of(Field field);
// In bits, for prefixes.
[[nodiscard]] unsigned width(Datatype datatype, const Value& value);

// One constant; several with "|" between them, or in a list, are OR-ed.
[[nodiscard]] Result<Value> constant(const Json& json, Datatype datatype, const Devices& devices);
// A constant, prefix, range or wildcard name.
[[nodiscard]] Result<Interval>
interval(const Json& json, Datatype datatype, const Devices& devices);

} // namespace onlan::rules::nft
