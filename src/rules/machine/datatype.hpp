#pragma once

#include <cstdint>

namespace onlan::rules {

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

} // namespace onlan::rules
