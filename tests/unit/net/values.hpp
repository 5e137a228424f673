#pragma once

#include <string_view>

#include "net/mac_address.hpp"
#include "net/prefix.hpp"

// Values as a test writes them; a text that is none ends the test.
namespace onlan {

inline net::IpAddress ip(std::string_view text)
{
    return net::IpAddress::parse(text).value();
}

inline net::Prefix prefix(std::string_view text)
{
    return net::Prefix::parse(text).value();
}

inline net::InterfaceAddress interface_address(std::string_view text)
{
    return net::InterfaceAddress::parse(text).value();
}

inline net::MacAddress mac(std::string_view text)
{
    return net::MacAddress::parse(text).value();
}

} // namespace onlan
