#include "net/mac_address.hpp"

#include <fmt/format.h>

#include "base/number.hpp"

namespace onlan::net {

Result<MacAddress> MacAddress::parse(std::string_view text)
{
    const auto malformed = [text] {
        return fail(Failed::parse,
                    fmt::format("'{}' is not a MAC address such as 02:42:c0:a8:89:02", text));
    };
    constexpr std::size_t kLength = 17;
    if (text.size() != kLength)
        return malformed();
    MacAddress mac;
    for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
        const auto byte = parse_number<std::uint8_t>(text.substr(i * 3, 2), 16);
        const bool separated = i + 1 == mac.bytes.size() || text[i * 3 + 2] == ':';
        if (!byte || !separated)
            return malformed();
        mac.bytes[i] = *byte;
    }
    return mac;
}

std::string MacAddress::to_string() const
{
    return fmt::format("{:02x}", fmt::join(bytes, ":"));
}

} // namespace onlan::net
