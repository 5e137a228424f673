#pragma once

#include "net/ip_address.hpp"
#include "net/mac_address.hpp"
#include "net/prefix.hpp"
#include "redact/keyed_hash.hpp"

namespace onlan::redact {

// Other addresses for those of a host, such that everything still relates as it did: two addresses
// share as many leading bits afterwards as before (the construction of Xu, Fan, Ammar and Moon's
// Crypto-PAn), so prefixes, routes and rules match what they matched. What an address is by its
// block, private, public, link-local, loopback, multicast, it stays; loopback, multicast and
// unspecified addresses stay themselves. The last octet of an IPv4 address stays, so that ranges
// within a /24 do.
class Addresses {
public:
    explicit Addresses(const Key& key) : key_(key) {}

    [[nodiscard]] net::IpAddress operator()(const net::IpAddress& address) const;
    [[nodiscard]] net::Prefix operator()(const net::Prefix& prefix) const;
    [[nodiscard]] net::InterfaceAddress operator()(const net::InterfaceAddress& address) const;
    // Broadcast and multicast stay; so do the bits that say who assigned the address.
    [[nodiscard]] net::MacAddress operator()(const net::MacAddress& mac) const;

private:
    Key key_;
};

} // namespace onlan::redact
