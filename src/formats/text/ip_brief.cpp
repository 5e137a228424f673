// `ip -br address` and `ip -br link`

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/words.hpp"
#include "model/rtnetlink.hpp"

namespace onlan::formats::text::forms {
namespace {

constexpr auto kStates = std::to_array<std::string_view>(
    {"UP", "DOWN", "UNKNOWN", "LOWERLAYERDOWN", "DORMANT", "NOTPRESENT", "TESTING"});

bool is_state(std::string_view word)
{
    return std::ranges::find(kStates, word) != kStates.end();
}

void read_what_follows(std::string_view word, Part& part, model::Link& link)
{
    if (const auto mac = value_of<net::MacAddress>(word)) {
        link.mac = mac;
        return;
    }
    const auto local = value_of<net::InterfaceAddress>(word);
    if (!local)
        return;
    model::Address address{.link = link.index, .local = *local, .flags = model::kAddressPermanent};
    if (link.loopback)
        address.scope = model::kScopeHost;
    else if (local->to_string().starts_with("fe80"))
        address.scope = model::kScopeLink;
    const bool known = std::ranges::any_of(part.netns.addresses, [&](const auto& other) {
        return other.link == link.index && other.local == address.local;
    });
    if (!known)
        part.netns.addresses.push_back(std::move(address));
}

// "eth0@if7  UP  172.17.0.2/16 fe80::1/64"
bool read_brief_line(std::string_view line, Part& part)
{
    Words words(line);
    const std::string_view whole = words.next();
    const std::string_view state = words.next();
    if (!is_state(state))
        return false;
    const std::size_t at = std::min(whole.find('@'), whole.size());
    const std::string name(whole.substr(0, at));
    const bool known = part.find_device(name) != nullptr && !part.only_named.contains(name);
    (void)part.device(name);
    part.only_named.erase(name);
    model::Link& link = *part.find_device(name);
    link.loopback = name == "lo";
    if (!known) {
        link.up = state == "UP" || state == "UNKNOWN";
        link.carrier = link.up;
    }
    const std::string_view peer = at == whole.size() ? std::string_view{} : whole.substr(at + 1);
    const auto index =
        parse_number<int>(peer.starts_with("if") ? peer.substr(2) : std::string_view{});
    if (index) {
        constexpr int kUntold = 9999;
        link.peer = *index;
        link.peer_netnsid = link.peer_netnsid.value_or(kUntold);
    } else if (!peer.empty() && peer != "NONE") {
        const int other = part.device(peer);
        part.find_device(name)->peer = other;
    }
    while (!words.done())
        read_what_follows(words.next(), part, *part.find_device(name));
    return true;
}

void read_brief(const Excerpt& excerpt, Paste& paste)
{
    Part& part = paste.part(excerpt);
    for (const Line& line : excerpt.lines) {
        if (!read_brief_line(line.text, part))
            paste.not_used(line, "not a line of `ip -br addr`");
    }
    part.told.insert({Topic::devices, Topic::addresses});
}

bool asks_brief(const Command& command)
{
    return (is_ip(command, "address") || is_ip(command, "link")) &&
           std::ranges::any_of(command, [](const std::string& word) {
               return word == "-br" || word == "-brief" || word == "-c=never" || word == "--brief";
           });
}

bool begins_brief(std::string_view line)
{
    Words words(line);
    words.next();
    const std::string_view state = words.next();
    const std::string_view next = words.peek();
    return is_state(state) && !is_indented(line) &&
           (next.empty() || next.starts_with('<') || value_of<net::MacAddress>(next) ||
            value_of<net::InterfaceAddress>(next)) &&
           line.find('|') == std::string_view::npos;
}

} // namespace

std::span<const Form> ip_brief()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ip -br addr", asks_brief, begins_brief, read_brief}});
    return kRows;
}

} // namespace onlan::formats::text::forms
