#include "formats/text/published.hpp"

#include <algorithm>

#include "formats/text/words.hpp"
#include "net/protocols.hpp"

namespace onlan::formats::text {
namespace {

struct Ports {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

// "80", "8000-8010"
std::optional<Ports> ports_in(std::string_view text)
{
    const std::size_t dash = std::min(text.find('-'), text.size());
    const auto first = parse_number<std::uint16_t>(text.substr(0, dash));
    const auto last =
        parse_number<std::uint16_t>(dash == text.size() ? text : text.substr(dash + 1));
    if (!first || !last || *last < *first)
        return {};
    return Ports{.first = *first, .last = *last};
}

// Takes "/udp" off the end; tcp where there is none.
std::optional<std::uint8_t> take_protocol(std::string_view& text)
{
    const std::size_t slash = text.find('/');
    const std::string_view name = slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
    text = text.substr(0, slash);
    if (name == "tcp")
        return net::kTcp;
    if (name == "udp")
        return net::kUdp;
    return name == "sctp" ? std::optional(net::kSctp) : std::nullopt;
}

std::optional<net::IpAddress> host_address(std::string_view text)
{
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    return value_of<net::IpAddress>(text);
}

std::vector<model::PublishedPort> published(std::uint8_t protocol,
                                            const std::optional<net::IpAddress>& address,
                                            const Ports& host,
                                            const Ports& inside)
{
    std::vector<model::PublishedPort> ports;
    const unsigned count = inside.last - inside.first + 1U;
    if (host.last - host.first + 1U != count && host.first != 0)
        return ports;
    for (unsigned i = 0; i < count; ++i)
        ports.push_back(
            {.protocol = protocol,
             .host_address = address,
             .host_port = static_cast<std::uint16_t>(host.first == 0 ? 0 : host.first + i),
             .container_port = static_cast<std::uint16_t>(inside.first + i)});
    return ports;
}

} // namespace

std::vector<model::PublishedPort> listed_ports(std::string_view text)
{
    constexpr std::string_view kArrow = "->";
    if (text.find('/') == std::string_view::npos)
        return {};
    const auto protocol = take_protocol(text);
    if (!protocol)
        return {};
    const std::size_t arrow = text.find(kArrow);
    if (arrow == std::string_view::npos) {
        const auto inside = ports_in(text);
        return inside ? published(*protocol, {}, {}, *inside) : std::vector<model::PublishedPort>{};
    }
    const std::string_view outer = text.substr(0, arrow);
    const std::size_t colon = outer.find_last_of(':');
    const auto host = ports_in(colon == std::string_view::npos ? outer : outer.substr(colon + 1));
    const auto inside = ports_in(text.substr(arrow + kArrow.size()));
    if (!host || !inside)
        return {};
    return published(*protocol, host_address(outer.substr(0, std::min(colon, outer.size()))), *host,
                     *inside);
}

std::vector<model::PublishedPort> asked_ports(std::string_view text)
{
    const auto protocol = take_protocol(text);
    const std::size_t last = text.find_last_of(':');
    const auto inside = ports_in(last == std::string_view::npos ? text : text.substr(last + 1));
    if (!protocol || !inside)
        return {};
    if (last == std::string_view::npos)
        return published(*protocol, {}, {}, *inside);
    const std::string_view outer = text.substr(0, last);
    const std::size_t colon = outer.find_last_of(':');
    const auto host = ports_in(colon == std::string_view::npos ? outer : outer.substr(colon + 1));
    if (!host)
        return {};
    return published(*protocol,
                     colon == std::string_view::npos ? std::nullopt
                                                     : host_address(outer.substr(0, colon)),
                     *host, *inside);
}

} // namespace onlan::formats::text
