#include "net/prefix.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.hpp"

namespace onlan::net {
namespace {

// "ADDRESS/LENGTH", with a length that the family allows.
Result<InterfaceAddress> parse_with_length(std::string_view text, std::string_view wanted)
{
    const auto malformed = [&](std::string_view why) {
        return fail(Failed::parse, fmt::format("'{}' is not {}{}", text, wanted, why));
    };
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return malformed(": no '/LENGTH'");
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address)
        return malformed("");
    const auto length = parse_number<unsigned>(text.substr(slash + 1));
    if (!length)
        return malformed(": the length is not a number");
    if (*length > address_bits(address->family()))
        return malformed(fmt::format(": the length is over {}", address_bits(address->family())));
    return InterfaceAddress{*address, *length};
}

// `address` with every bit after the first `length` set to `bit`.
IpAddress fill_host_bits(const IpAddress& address, unsigned length, bool bit)
{
    std::array<std::uint8_t, 16> bytes{};
    const auto source = address.bytes();
    for (std::size_t i = 0; i < source.size(); ++i) {
        const auto kept = std::clamp(static_cast<int>(length) - static_cast<int>(i * 8), 0, 8);
        const auto host = static_cast<std::uint8_t>(0xFFU >> static_cast<unsigned>(kept));
        bytes[i] = static_cast<std::uint8_t>(bit ? source[i] | host : source[i] & ~host);
    }
    return *IpAddress::from_bytes(std::span(bytes).first(source.size()));
}

} // namespace

Result<Prefix> Prefix::parse(std::string_view text)
{
    ONLAN_TRY(const auto parsed, parse_with_length(text, "a subnet such as 192.168.137.0/24"));
    const Prefix prefix = parsed.subnet();
    if (prefix.first() != parsed.address)
        return fail(Failed::parse,
                    fmt::format("'{}' is not a subnet: bits set after the prefix; did you mean {}?",
                                text, prefix.to_string()));
    return prefix;
}

Prefix Prefix::around(const IpAddress& address, unsigned length) noexcept
{
    length = std::min(length, address_bits(address.family()));
    return {fill_host_bits(address, length, false), length};
}

IpAddress Prefix::last() const noexcept
{
    return fill_host_bits(first_, length_, true);
}

bool Prefix::contains(const IpAddress& address) const noexcept
{
    return address.family() == family() && around(address, length_).first_ == first_;
}

bool Prefix::overlaps(const Prefix& other) const noexcept
{
    return contains(other.first_) || other.contains(first_);
}

std::string Prefix::to_string() const
{
    return fmt::format("{}/{}", first_.to_string(), length_);
}

Result<InterfaceAddress> InterfaceAddress::parse(std::string_view text)
{
    return parse_with_length(text, "an address with a length such as 192.168.137.250/24");
}

std::string InterfaceAddress::to_string() const
{
    return fmt::format("{}/{}", address.to_string(), length);
}

Result<AddressRange> AddressRange::parse(std::string_view text)
{
    const auto dash = text.find('-');
    if (const auto alone = IpAddress::parse(text))
        return fail(Failed::parse,
                    fmt::format("'{}' is one address, not a range: write FIRST-LAST, or a block "
                                "such as {}/{}",
                                text, text, address_bits(alone->family())));
    if (dash == std::string_view::npos) {
        ONLAN_TRY(const auto block, Prefix::parse(text));
        return AddressRange{block.first(), block.last()};
    }
    ONLAN_TRY(const auto first, IpAddress::parse(text.substr(0, dash)));
    ONLAN_TRY(const auto last, IpAddress::parse(text.substr(dash + 1)));
    if (first.family() != last.family() || last < first)
        return fail(
            Failed::parse,
            fmt::format("'{}' is not a range: it has to go from a lower to a higher address",
                        text));
    return AddressRange{first, last};
}

bool AddressRange::contains(const IpAddress& address) const noexcept
{
    return address.family() == first.family() && first <= address && address <= last;
}

Prefix AddressRange::enclosing_prefix() const noexcept
{
    unsigned length = address_bits(first.family());
    while (!Prefix::around(first, length).contains(last))
        --length;
    return Prefix::around(first, length);
}

std::vector<IpAddress> AddressRange::addresses(std::size_t limit) const
{
    std::vector<IpAddress> addresses;
    for (IpAddress address = first; addresses.size() < limit; address = address.next()) {
        addresses.push_back(address);
        if (address == last)
            break;
    }
    return addresses;
}

std::string AddressRange::to_string() const
{
    return fmt::format("{}-{}", first.to_string(), last.to_string());
}

} // namespace onlan::net
