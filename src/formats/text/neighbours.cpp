// `ip neigh`, `arp -n` and `arp -a`

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/routing_words.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

std::uint16_t state_in(const Words& words)
{
    std::uint16_t state = 0;
    for (const NamedNumber& known : model::kNeighbourStates) {
        if (words.has(known.name))
            state = static_cast<std::uint16_t>(state | known.number);
    }
    return state;
}

// "192.168.1.9 dev eth0 lladdr 02:00:00:00:00:09 REACHABLE"
bool read_neighbour(std::string_view line, const Excerpt& excerpt, Part& part)
{
    Words words(line);
    const auto address = value_of<net::IpAddress>(words.next());
    const std::string_view told = words.after("dev");
    const std::string_view device = told.empty() ? excerpt.option("dev") : told;
    if (!address || device.empty())
        return false;
    part.netns.neighbours.push_back({.link = part.device(device),
                                     .address = *address,
                                     .mac = words.value_after<net::MacAddress>("lladdr"),
                                     .state = state_in(words)});
    return true;
}

// "192.168.1.9  ether  02:00:00:00:00:09  C  eth0" and "? (192.168.1.9) at 02:… [ether] on eth0"
bool read_arp_entry(std::string_view line, Part& part)
{
    const std::vector<std::string_view> words = words_in(line);
    if (words.size() < 3)
        return false;
    std::string_view address = words[1].starts_with('(') ? words[1] : words[0];
    if (address.starts_with('(') && address.ends_with(')'))
        address = address.substr(1, address.size() - 2);
    const auto parsed = value_of<net::IpAddress>(address);
    if (!parsed)
        return false;
    model::Neighbour neighbour{.link = part.device(words.back()),
                               .address = *parsed,
                               .mac = {},
                               .state = model::kNudIncomplete};
    for (const std::string_view word : words) {
        if (const auto mac = value_of<net::MacAddress>(word)) {
            neighbour.mac = mac;
            neighbour.state = std::ranges::find(words, "PERM") != words.end() ||
                                      std::ranges::find(words, "CM") != words.end()
                                  ? model::kNudPermanent
                                  : model::kNudReachable;
        }
    }
    part.netns.neighbours.push_back(neighbour);
    return true;
}

void read_neighbours(const Excerpt& excerpt, Paste& paste)
{
    for (const Line& line : excerpt.lines) {
        if (!read_neighbour(line.text, excerpt, paste.part(excerpt)))
            paste.not_used(line, "not a line of `ip neigh`");
    }
}

void read_arp(const Excerpt& excerpt, Paste& paste)
{
    for (const Line& line : excerpt.lines) {
        const bool other = line.text.starts_with("Address") || line.text.starts_with("Entries:");
        if (!other && !read_arp_entry(line.text, paste.part(excerpt)))
            paste.not_used(line, "not a line of arp");
    }
}

bool asks_neighbours(const Command& command)
{
    return is_ip(command, "neighbour") && !is_ip(command, "netns");
}

bool asks_arp(const Command& command)
{
    return command.front() == "arp";
}

bool begins_neighbours(std::string_view line)
{
    Words words(line);
    if (!value_of<net::IpAddress>(words.next()) || words.peek() != "dev")
        return false;
    return words.has("lladdr") || state_in(words) != 0;
}

bool begins_arp(std::string_view line)
{
    return (line.starts_with("Address") && line.find("HWtype") != std::string_view::npos) ||
           (line.find(" (") != std::string_view::npos &&
            line.find(") at ") != std::string_view::npos);
}

} // namespace

std::span<const Form> neighbours()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ip neigh", asks_neighbours, begins_neighbours, read_neighbours},
                             {"arp -n", asks_arp, begins_arp, read_arp}});
    return kRows;
}

} // namespace onlan::formats::text::forms
