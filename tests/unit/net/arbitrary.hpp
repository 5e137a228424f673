#pragma once

// Any address, prefix and range of either family, for rapidcheck.

#include <algorithm>
#include <array>

#include <rapidcheck.h>

#include "net/mac_address.hpp"
#include "net/prefix.hpp"

namespace rc {

template <>
struct Arbitrary<onlan::net::IpAddress> {
    static Gen<onlan::net::IpAddress> arbitrary()
    {
        const auto of_size = [](std::size_t size) {
            return gen::map(
                gen::container<std::vector<std::uint8_t>>(size, gen::arbitrary<std::uint8_t>()),
                [](const std::vector<std::uint8_t>& bytes) {
                    return *onlan::net::IpAddress::from_bytes(bytes);
                });
        };
        return gen::oneOf(of_size(4), of_size(16));
    }
};

template <>
struct Arbitrary<onlan::net::MacAddress> {
    static Gen<onlan::net::MacAddress> arbitrary()
    {
        return gen::map(
            gen::arbitrary<std::array<std::uint8_t, 6>>(),
            [](const std::array<std::uint8_t, 6>& bytes) { return onlan::net::MacAddress{bytes}; });
    }
};

template <>
struct Arbitrary<onlan::net::Prefix> {
    static Gen<onlan::net::Prefix> arbitrary()
    {
        return gen::map(gen::pair(gen::arbitrary<onlan::net::IpAddress>(), gen::inRange(0U, 129U)),
                        [](const auto& parts) {
                            return onlan::net::Prefix::around(parts.first, parts.second);
                        });
    }
};

template <>
struct Arbitrary<onlan::net::AddressRange> {
    static Gen<onlan::net::AddressRange> arbitrary()
    {
        using onlan::net::IpAddress;
        return gen::map(
            gen::suchThat(
                gen::pair(gen::arbitrary<IpAddress>(), gen::arbitrary<IpAddress>()),
                [](const auto& ends) { return ends.first.family() == ends.second.family(); }),
            [](const auto& ends) {
                return onlan::net::AddressRange{std::min(ends.first, ends.second),
                                                std::max(ends.first, ends.second)};
            });
    }
};

} // namespace rc
