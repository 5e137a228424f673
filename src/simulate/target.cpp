#include "simulate/target.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.hpp"
#include "simulate/run/packet.hpp"

namespace onlan::simulate {
namespace {

constexpr std::array kProtocols = {kTcp, kUdp, kIcmp};

Failure not_a_target(std::string_view text, std::string_view why)
{
    return fail(Failed::parse,
                fmt::format("target '{}': {}; a target is 192.168.1.9:80/tcp, [fd00::9]:53/udp, "
                            "192.168.1.9/icmp or container:web:80",
                            text, why));
}

// Cuts "/PROTO" off.
Result<std::uint8_t> take_protocol(std::string_view text, std::string_view& rest)
{
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos)
        return kTcp;
    const std::string_view name = rest.substr(slash + 1);
    const auto* const known = std::ranges::find(kProtocols, name, &net::protocol_name);
    if (known == kProtocols.end())
        return not_a_target(text, fmt::format("protocol '{}' is not tcp, udp or icmp", name));
    rest = rest.substr(0, slash);
    return *known;
}

// Cuts ":PORT" off.
Result<std::uint16_t> take_port(std::string_view text, std::string_view& rest)
{
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos)
        return not_a_target(text, "it has no port");
    const std::string_view digits = rest.substr(colon + 1);
    const auto port = parse_number<std::uint16_t>(digits);
    if (!port || *port == 0)
        return not_a_target(text, fmt::format("'{}' is not a port from 1 to 65535", digits));
    rest = rest.substr(0, colon);
    return *port;
}

} // namespace

Result<Target> Target::parse(std::string_view text)
{
    Target target;
    std::string_view rest = text;
    ONLAN_TRY(target.protocol, take_protocol(text, rest));
    if (target.protocol != kIcmp) {
        ONLAN_TRY(target.port, take_port(text, rest));
    }
    if (rest.starts_with('[') && rest.ends_with(']'))
        rest = rest.substr(1, rest.size() - 2);
    if (rest.empty())
        return not_a_target(text, "it names no address");
    target.where = rest;
    return target;
}

std::string_view Target::protocol_name() const
{
    return net::protocol_name(protocol);
}

} // namespace onlan::simulate
