#include "model/configuration.hpp"

#include <array>

#include "model/yaml_reader.hpp"

namespace onlan::model {
namespace {

constexpr std::array<std::string_view, 2> kTopKeys = {"version", "lans"};
constexpr std::array<std::string_view, 8> kLanKeys = {"uplink", "attach",  "subnet",   "gateway",
                                                      "pool",   "subnet6", "gateway6", "pool6"};
constexpr std::array<std::string_view, 2> kUplinkKeys = {"bridge", "ports"};
// More than a host can have uplinks for; each is compared with every other.
constexpr std::size_t kMostLans = 1024;
// Names that `docker run --network` understands without any network being called so.
constexpr std::array<std::string_view, 4> kDockersNames = {"bridge", "default", "host", "none"};

// Letters, digits, '-', '_' and '.', beginning with a letter or a digit: what is good as an
// interface's, a Docker network's and an iptables comment's name alike.
bool is_plain_name(std::string_view name)
{
    const auto is_alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && is_alphanumeric(name.front()) && std::ranges::all_of(name, [&](char c) {
        return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
    });
}

// net/core/dev.c, dev_valid_name()
bool is_link_name(std::string_view name)
{
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of("/: \t\n\v\f\r") == std::string_view::npos;
}

void check_link_name(const YamlMap& map, std::string_view key, const std::string& name)
{
    if (name.size() > kLongestLinkName)
        map.report(
            key,
            fmt::format(
                "'{}' is longer than {} characters, the most that an interface's name can have",
                name, kLongestLinkName));
    else if (!is_link_name(name))
        map.report(key, fmt::format("'{}' cannot be an interface's name", name));
}

void check_lan_name(const YamlMap& lan, const std::string& name)
{
    if (!is_plain_name(name))
        lan.report(fmt::format("a LAN's name begins with a letter or a digit and has only letters, "
                               "digits, '-', '_' and '.'"));
    else if (name.size() > kLongestLanName)
        lan.report(
            fmt::format("this name is longer than {} characters; onlan's interfaces have names "
                        "such as {}{}, and an interface's name has at most {} characters",
                        kLongestLanName, kSecondBridge, name, kLongestLinkName));
    else if (std::ranges::find(kDockersNames, name) != kDockersNames.end())
        lan.report(fmt::format(
            "Docker keeps the name '{}' for a network of its own; give the LAN another name",
            name));
}

Uplink read_uplink(const YamlMap& lan)
{
    Uplink uplink;
    const auto map = lan.map("uplink");
    if (!map || !map->has_only(kUplinkKeys))
        return uplink;
    uplink.bridge = map->required_text("bridge").value_or("");
    uplink.ports = map->texts("ports");
    if (map->has("bridge"))
        check_link_name(*map, "bridge", uplink.bridge);
    for (const std::string& port : uplink.ports) {
        check_link_name(*map, "ports", port);
        if (port == uplink.bridge)
            map->report(
                "ports",
                fmt::format("{} cannot be a port of itself; give the bridge another name", port));
    }
    return uplink;
}

constexpr std::array<std::string_view, 2> kLaterAttachModes = {"switch", "bridge"};
constexpr std::string_view kDefaultAttachMode = "switch";

// Why there is no such mode in this version.
std::string why_no_mode(std::string_view name, std::string_view whose)
{
    const std::string modes = fmt::format("{}", fmt::join(kAttachModeNames, " or "));
    if (std::ranges::find(kLaterAttachModes, name) == kLaterAttachModes.end())
        return fmt::format("'{}' is not an attach mode: expected {}", name, modes);
    return fmt::format("'{}'{} needs onlan's own Docker driver, which this version does not have "
                       "yet: write {}",
                       name, whose, modes);
}

AttachMode read_attach(const YamlMap& lan)
{
    const auto written = lan.text("attach");
    if (!written && lan.has("attach"))
        return {};
    const std::string name = written.value_or(std::string(kDefaultAttachMode));
    const auto mode = find_attach_mode(name);
    if (!mode)
        lan.report("attach", why_no_mode(name, written ? "" : ", the default,"));
    return mode.value_or(AttachMode{});
}

struct SubnetKeys {
    std::string_view subnet;
    std::string_view gateway;
    std::string_view pool;
    net::Family family;
};

void read_pool(const YamlMap& lan, const SubnetKeys& keys, LanSubnet& subnet)
{
    if (lan.text(keys.pool) == "dhcp") {
        lan.report(keys.pool, "'dhcp' is not supported by this version yet: give a range such as "
                              "192.168.137.200-192.168.137.219");
        return;
    }
    subnet.pool = lan.value<net::AddressRange>(keys.pool);
    if (subnet.pool &&
        !(subnet.subnet.contains(subnet.pool->first) && subnet.subnet.contains(subnet.pool->last)))
        lan.report(keys.pool, fmt::format("{} is outside the subnet {}", subnet.pool->to_string(),
                                          subnet.subnet.to_string()));
}

// Why no LAN can have these addresses; empty when one can.
std::string why_no_lan(const net::Prefix& block)
{
    struct Special {
        net::Prefix block;
        std::string_view what;
    };
    const std::array<Special, 6> specials = {{
        {*net::Prefix::parse("0.0.0.0/8"), "'this network'"},
        {*net::Prefix::parse("127.0.0.0/8"), "loopback"},
        {*net::Prefix::parse("224.0.0.0/3"), "multicast and reserved"},
        {*net::Prefix::parse("::/127"), "unspecified and loopback"},
        {*net::Prefix::parse("fe80::/10"), "link-local"},
        {*net::Prefix::parse("ff00::/8"), "multicast"},
    }};
    for (const Special& special : specials) {
        if (block.overlaps(special.block))
            return fmt::format("{} holds {} addresses ({})", block.to_string(), special.what,
                               special.block.to_string());
    }
    constexpr unsigned kFewestBits = 2; // a router and a container
    const unsigned longest = net::address_bits(block.family()) - kFewestBits;
    if (block.length() > longest)
        return fmt::format("{} is too small for a router and a container: /{} is the smallest",
                           block.to_string(), longest);
    return {};
}

void read_gateway(const YamlMap& lan, const SubnetKeys& keys, LanSubnet& subnet)
{
    subnet.gateway = lan.value<net::IpAddress>(keys.gateway);
    if (!subnet.gateway)
        return;
    const net::Prefix& block = subnet.subnet;
    if (!block.contains(*subnet.gateway))
        lan.report(keys.gateway, fmt::format("{} is outside the subnet {}",
                                             subnet.gateway->to_string(), block.to_string()));
    else if (keys.family == net::Family::ipv4 &&
             (*subnet.gateway == block.first() || *subnet.gateway == block.last()))
        lan.report(keys.gateway, fmt::format("{} is the subnet's network or broadcast address",
                                             subnet.gateway->to_string()));
}

std::optional<LanSubnet> read_subnet(const YamlMap& lan, const SubnetKeys& keys)
{
    const auto block = lan.value<net::Prefix>(keys.subnet);
    if (!block)
        return {};
    if (block->family() != keys.family) {
        lan.report(keys.subnet, fmt::format("{} is not an {} subnet", block->to_string(),
                                            net::family_name(keys.family)));
        return {};
    }
    if (const std::string why = why_no_lan(*block); !why.empty()) {
        lan.report(keys.subnet, why);
        return {};
    }
    LanSubnet subnet{.subnet = *block, .gateway = {}, .pool = {}};
    read_gateway(lan, keys, subnet);
    read_pool(lan, keys, subnet);
    return subnet;
}

Lan read_lan(const std::string& name, const YamlMap& map)
{
    constexpr SubnetKeys kIpv4{"subnet", "gateway", "pool", net::Family::ipv4};
    constexpr SubnetKeys kIpv6{"subnet6", "gateway6", "pool6", net::Family::ipv6};
    Lan lan{.name = name};
    check_lan_name(map, name);
    if (!map.has_only(kLanKeys))
        return lan;
    lan.uplink = read_uplink(map);
    lan.attach = read_attach(map);
    if (!map.has(kIpv4.subnet))
        map.report(kIpv4.subnet,
                   "this key is missing: the LAN's IPv4 subnet, such as 192.168.137.0/24");
    if (!map.has(kIpv4.gateway))
        map.report(kIpv4.gateway,
                   "this key is missing: the router's address on the LAN; without it, Docker would "
                   "give containers a default route to an address of its own choice");
    lan.ipv4 = read_subnet(map, kIpv4).value_or(LanSubnet{});
    lan.ipv6 = read_subnet(map, kIpv6);
    for (const std::string_view key : {kIpv6.gateway, kIpv6.pool}) {
        if (map.has(key) && !map.has(kIpv6.subnet))
            map.report(key, "this key needs subnet6");
    }
    return lan;
}

void check_overlap(const YamlMap& map,
                   std::string_view key,
                   const LanSubnet& one,
                   const LanSubnet& other,
                   std::string_view other_lan)
{
    constexpr net::Prefix kFaulty{}; // has been reported
    if (one.subnet != kFaulty && other.subnet != kFaulty && one.subnet.overlaps(other.subnet))
        map.report(key, fmt::format("{} overlaps {} of {}; Docker refuses that",
                                    one.subnet.to_string(), other.subnet.to_string(), other_lan));
}

// What only shows when two LANs are looked at together.
void check_pair(const YamlMap& map, const Lan& lan, const Lan& other)
{
    const bool same_uplink = lan.uplink.bridge == other.uplink.bridge;
    if (same_uplink && lan.uplink.ports != other.uplink.ports)
        map.report("uplink", fmt::format("{} has different ports here and in {}", lan.uplink.bridge,
                                         other.name));
    for (const std::string& port : lan.uplink.ports) {
        if (!same_uplink && std::ranges::find(other.uplink.ports, port) != other.uplink.ports.end())
            map.report("uplink", fmt::format("{} is already a port of {}, in {}", port,
                                             other.uplink.bridge, other.name));
    }
    check_overlap(map, "subnet", lan.ipv4, other.ipv4, other.name);
    if (lan.ipv6 && other.ipv6)
        check_overlap(map, "subnet6", *lan.ipv6, *other.ipv6, other.name);
}

Intent read_intent(const YamlMap& top)
{
    Intent intent;
    if (!top.has_only(kTopKeys))
        return intent;
    if (const auto version = top.required_text("version"); version && version != "1")
        top.report("version", fmt::format("expected 1, found '{}'", *version));
    const auto lans = top.map("lans");
    if (!lans)
        return intent;
    const auto maps = lans->maps();
    if (maps.size() > kMostLans) {
        top.report("lans",
                   fmt::format("{} LANs; onlan supports at most {}", maps.size(), kMostLans));
        return intent;
    }
    for (const auto& [name, map] : maps) {
        Lan lan = read_lan(name, map);
        for (const Lan& other : intent.lans)
            check_pair(map, lan, other);
        intent.lans.push_back(std::move(lan));
    }
    return intent;
}

} // namespace

Result<Intent> parse_configuration(std::string_view text, std::string_view file_name)
{
    Problems problems(file_name);
    Intent intent;
    try {
        if (const auto anchor = find_anchor(text))
            return fail(Failed::parse,
                        fmt::format("{}:{}: YAML anchors and aliases ('&', '*') are not supported",
                                    file_name, anchor->line + 1));
        const YAML::Node top = YAML::Load(std::string(text));
        if (!top.IsMap())
            return fail(
                Failed::parse,
                fmt::format("{}: expected 'version: 1' and 'lans:' (onlan.yaml(5) has an example)",
                            file_name));
        intent = read_intent(YamlMap(top, top.Mark(), "", problems));
    } catch (const YAML::Exception& error) {
        return fail(Failed::parse,
                    fmt::format("{}:{}: not YAML: {}", file_name, error.mark.line + 1, error.msg));
    }
    if (!problems.none())
        return fail(Failed::parse, problems.text());
    return intent;
}

} // namespace onlan::model
