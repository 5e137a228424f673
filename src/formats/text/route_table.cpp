// `route -n` and `netstat -rn`

#include <algorithm>
#include <array>
#include <bit>

#include "formats/text/form.hpp"
#include "formats/text/routing_words.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

// "255.255.255.0" → 24
std::optional<unsigned> length_of(std::string_view mask)
{
    const auto address = value_of<net::IpAddress>(mask);
    if (!address || address->family() != net::Family::ipv4)
        return {};
    std::uint32_t bits = 0;
    for (const std::uint8_t byte : address->bytes())
        bits = bits << 8U | byte;
    return static_cast<unsigned>(std::countl_one(bits));
}

// "Destination Gateway Genmask Flags Metric Ref Use Iface", or MSS, Window and irtt before the last
bool read_old_route(std::string_view line, Part& part)
{
    constexpr std::size_t kColumns = 8;
    const std::vector<std::string_view> words = words_in(line);
    if (words.size() != kColumns)
        return false;
    const auto to = words[0] == "default" ? net::IpAddress::any(net::Family::ipv4)
                                          : value_of<net::IpAddress>(words[0]);
    const auto length = length_of(words[2]);
    if (!to || !length)
        return false;
    const std::string_view flags = words[3];
    const auto gateway = value_of<net::IpAddress>(words[1]);
    model::Route route{.destination = net::Prefix::around(*to, *length)};
    const bool has_gateway = flags.find('G') != std::string_view::npos;
    if (has_gateway)
        route.gateway = gateway;
    if (flags.find('!') != std::string_view::npos)
        route.type = number(model::RouteType::unreachable);
    route.scope = has_gateway ? model::kScopeUniverse : model::kScopeLink;
    route.protocol = has_gateway ? model::kProtocolBoot : model::kProtocolKernel;
    route.metric = parse_number<std::uint32_t>(words[4]).value_or(0);
    route.link = words.back() == "-" ? 0 : part.device(words.back());
    part.netns.routes.push_back(std::move(route));
    return true;
}

void read_old_routes(const Excerpt& excerpt, Paste& paste)
{
    Part& part = paste.part(excerpt);
    for (const Line& line : excerpt.lines) {
        const bool head =
            line.text.starts_with("Kernel IP") || line.text.starts_with("Destination");
        if (!head && !read_old_route(line.text, part))
            paste.not_used(line, "not a line of `route -n`");
    }
    part.told.insert(Topic::routes);
}

bool asks_old_routes(const Command& command)
{
    const bool netstat =
        command.front() == "netstat" && std::ranges::any_of(command, [](const std::string& word) {
            return word.starts_with('-') && word.find('r') != std::string::npos;
        });
    return command.front() == "route" || netstat;
}

bool begins_old_routes(std::string_view line)
{
    return line.starts_with("Kernel IP routing table") ||
           (line.starts_with("Destination") && line.find("Genmask") != std::string_view::npos);
}

} // namespace

std::span<const Form> route_table()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"route -n", asks_old_routes, begins_old_routes, read_old_routes}});
    return kRows;
}

} // namespace onlan::formats::text::forms
