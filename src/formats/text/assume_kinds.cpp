#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/text/assume.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

struct NamePrefix {
    std::string_view prefix;
    std::string_view kind;
};
constexpr auto kPrefixes = std::to_array<NamePrefix>({
    {"docker0", "bridge"},  {"br-", "bridge"},    {"virbr", "bridge"},  {"lxcbr", "bridge"},
    {"lxdbr", "bridge"},    {"vmbr", "bridge"},   {"podman", "bridge"}, {"cni", "bridge"},
    {"veth", "veth"},       {"wg", "wireguard"},  {"tun", "tun"},       {"tap", "tun"},
    {"vnet", "tun"},        {"bond", "bond"},     {"dummy", "dummy"},   {"vxlan", "vxlan"},
    {"macvlan", "macvlan"}, {"ipvlan", "ipvlan"}, {"ifb", "ifb"},
});

bool is_port_of(const model::Netns& netns, int master)
{
    return std::ranges::find(netns.links, master, &model::Link::master) != netns.links.end();
}

std::string_view kind_by_name(std::string_view name)
{
    const auto* found = std::ranges::find_if(
        kPrefixes, [&](const NamePrefix& one) { return name.starts_with(one.prefix); });
    if (found != kPrefixes.end())
        return found->kind;
    // "br0"
    const bool numbered = name.starts_with("br") && parse_number<unsigned>(name.substr(2));
    return numbered ? "bridge" : std::string_view{};
}

// "eth0.100@eth0" has its VLAN in its name; another device that stands on one of this namespace is
// a macvlan, unless that stands on it in turn.
std::string_view kind_by_peer(const model::Netns& netns, model::Link& link)
{
    const model::Link* peer = netns.find_link(link.peer);
    if (link.peer_netnsid)
        return link.master != 0 || link.name.starts_with("veth") ? "veth" : std::string_view{};
    if (peer == nullptr)
        return {};
    if (peer->peer == link.index)
        return "veth";
    const std::size_t dot = link.name.find_last_of('.');
    const auto id = parse_number<std::uint16_t>(dot == std::string::npos
                                                    ? std::string_view{}
                                                    : std::string_view(link.name).substr(dot + 1));
    if (id) {
        link.vlan = id;
        link.vlan_protocol = 0x8100;
        return "vlan";
    }
    return link.mac && link.mac == peer->mac ? "ipvlan" : "macvlan";
}

std::string_view kind_of(const model::Netns& netns, model::Link& link)
{
    if (link.loopback)
        return {};
    if (const std::string_view kind = kind_by_peer(netns, link); !kind.empty())
        return kind;
    if (is_port_of(netns, link.index))
        return "bridge";
    return kind_by_name(link.name);
}

void fill_in(model::Link& link)
{
    if (link.kind == "bridge" && !link.bridge)
        link.bridge.emplace();
    if (link.kind == "macvlan" && !link.macvlan_mode)
        link.macvlan_mode = model::MacvlanMode::bridge;
    if (link.kind == "ipvlan" && !link.ipvlan_mode)
        link.ipvlan_mode = model::IpvlanMode::l2;
}

void fill_in_port(const model::Netns& netns, model::Link& link)
{
    const model::Link* master = netns.find_link(link.master);
    if (master == nullptr)
        return;
    if (link.master_kind.empty())
        link.master_kind = master->kind;
    if (link.master_kind == "bridge" && !link.port)
        link.port = model::BridgePort{.state = link.up && link.carrier && master->up
                                                   ? model::PortState::forwarding
                                                   : model::PortState::disabled};
}

} // namespace

void assume_kinds(Part& part)
{
    std::string guessed;
    for (model::Link& link : part.netns.links) {
        if (link.kind.empty() && !part.told.contains(Topic::kinds)) {
            link.kind = kind_of(part.netns, link);
            if (!link.kind.empty())
                guessed +=
                    fmt::format("{}{} {}", guessed.empty() ? "" : ", ", link.name, link.kind);
        }
        fill_in(link);
    }
    for (model::Link& link : part.netns.links)
        fill_in_port(part.netns, link);
    if (!guessed.empty())
        part.netns.assumed.push_back(
            fmt::format("the kinds of devices in {} are told by their names and places ({}), and "
                        "their settings are usual: `ip -d link` would tell",
                        part.netns.name, guessed));
    std::string named;
    for (const std::string& name : part.only_named)
        named += (named.empty() ? "" : ", ") + name;
    if (!named.empty())
        part.netns.assumed.push_back(
            fmt::format("{} in {} is up: `ip addr` would tell", named, part.netns.name));
}

} // namespace onlan::formats::text
