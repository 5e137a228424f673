#include "net/ip_address.hpp"

#include <algorithm>

#include <arpa/inet.h>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace onlan::net {

std::string_view family_name(Family family) noexcept
{
    return family == Family::ipv4 ? "IPv4" : "IPv6";
}

Result<IpAddress> IpAddress::parse(std::string_view text)
{
    const std::string terminated(text);
    IpAddress address;
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1)
        return address;
    address.family_ = Family::ipv6;
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1)
        return address;
    return fail(Failed::parse, fmt::format("'{}' is not an IP address", text));
}

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> bytes) noexcept
{
    if (bytes.size() != 4 && bytes.size() != 16)
        return {};
    IpAddress address;
    address.family_ = bytes.size() == 4 ? Family::ipv4 : Family::ipv6;
    std::ranges::copy(bytes, address.bytes_.begin());
    return address;
}

IpAddress IpAddress::any(Family family) noexcept
{
    IpAddress address;
    address.family_ = family;
    return address;
}

std::string IpAddress::to_string() const
{
    // An explanation has hundreds of addresses, and inet_ntop() calls sprintf().
    if (family_ == Family::ipv4)
        return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), bytes_[0], bytes_[1], bytes_[2], bytes_[3]);
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
}

IpAddress IpAddress::next() const noexcept
{
    IpAddress address = *this;
    for (std::size_t i = bytes().size(); i-- > 0;) {
        if (++address.bytes_[i] != 0)
            break;
    }
    return address;
}

} // namespace onlan::net
