#include "model/configuration.hpp"

#include <array>

#include "model/yaml_reader.hpp"

namespace onlan::model {
namespace {

constexpr std::array<std::string_view, 2> kTopKeys = {"version", "lans"};
constexpr std::array<std::string_view, 8> kLanKeys = {"uplink", "attach",  "subnet",   "gateway",
                                                      "pool",   "subnet6", "gateway6", "pool6"};
constexpr std::array<std::string_view, 2> kUplinkKeys = {"bridge", "ports"};

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
        map.report(key,
                   fmt::format("'{}' is over {} characters, the longest an interface's name can be",
                               name, kLongestLinkName));
    else if (!is_link_name(name))
        map.report(key, fmt::format("'{}' cannot be an interface's name", name));
}

void check_lan_name(const YamlMap& lan, const std::string& name)
{
    if (!is_plain_name(name))
        lan.report(
            "uplink",
            fmt::format("the LAN's name '{}' may only have letters, digits, '-', '_' and '.'",
                        name));
    else if (name.size() > kLongestLanName)
        lan.report("uplink",
                   fmt::format("the LAN's name '{}' is over {} characters; onlan's interfaces are "
                               "called {}{} and the like, and "
                               "an interface's name has at most {} characters",
                               name, kLongestLanName, kSecondBridge, name, kLongestLinkName));
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

AttachMode read_attach(const YamlMap& lan)
{
    constexpr std::array kModes = {AttachMode::switch_, AttachMode::bridge, AttachMode::macvlan,
                                   AttachMode::docker_bridge};
    const std::string text = lan.text("attach").value_or("switch");
    const auto mode = std::ranges::find(kModes, text, attach_mode_name);
    if (mode == kModes.end()) {
        lan.report(
            "attach",
            fmt::format("'{}' is not an attach mode: expected docker-bridge or macvlan", text));
        return AttachMode::docker_bridge;
    }
    if (*mode == AttachMode::switch_ || *mode == AttachMode::bridge)
        lan.report("attach", fmt::format("'{}'{} needs onlan's own Docker driver, which this "
                                         "version does not have yet: write "
                                         "docker-bridge or macvlan",
                                         text, lan.has("attach") ? "" : ", the default,"));
    return *mode;
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
        lan.report(keys.pool, "'dhcp' is not in this version yet: name a range such as "
                              "192.168.137.200-192.168.137.219");
        return;
    }
    subnet.pool = lan.value<net::AddressRange>(keys.pool);
    if (subnet.pool &&
        !(subnet.subnet.contains(subnet.pool->first) && subnet.subnet.contains(subnet.pool->last)))
        lan.report(keys.pool, fmt::format("{} is outside the subnet {}", subnet.pool->to_string(),
                                          subnet.subnet.to_string()));
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
    LanSubnet subnet{
        .subnet = *block, .gateway = lan.value<net::IpAddress>(keys.gateway), .pool = {}};
    if (subnet.gateway && !block->contains(*subnet.gateway))
        lan.report(keys.gateway, fmt::format("{} is outside the subnet {}",
                                             subnet.gateway->to_string(), block->to_string()));
    else if (subnet.gateway && keys.family == net::Family::ipv4 &&
             (*subnet.gateway == block->first() || *subnet.gateway == block->last()))
        lan.report(keys.gateway, fmt::format("{} is the subnet's own or its broadcast address",
                                             subnet.gateway->to_string()));
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
    lan.ipv4 = read_subnet(map, kIpv4).value_or(LanSubnet{});
    lan.ipv6 = read_subnet(map, kIpv6);
    for (const std::string_view key : {kIpv6.gateway, kIpv6.pool}) {
        if (map.has(key) && !map.has(kIpv6.subnet))
            map.report(key, "this needs subnet6");
    }
    return lan;
}

// What only shows when two LANs are looked at together.
void check_pair(const YamlMap& map, const Lan& lan, const Lan& other)
{
    const bool same_uplink = lan.uplink.bridge == other.uplink.bridge;
    if (same_uplink && lan.uplink.ports != other.uplink.ports)
        map.report("uplink", fmt::format("{} has other ports here than in {}", lan.uplink.bridge,
                                         other.name));
    for (const std::string& port : lan.uplink.ports) {
        if (!same_uplink && std::ranges::find(other.uplink.ports, port) != other.uplink.ports.end())
            map.report("uplink", fmt::format("{} is a port of {} already, in {}", port,
                                             other.uplink.bridge, other.name));
    }
    if (lan.ipv4.subnet.overlaps(other.ipv4.subnet))
        map.report("subnet", fmt::format("{} overlaps {} of {}; Docker refuses that",
                                         lan.ipv4.subnet.to_string(), other.ipv4.subnet.to_string(),
                                         other.name));
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
    for (const auto& [name, map] : lans->maps()) {
        Lan lan = read_lan(name, map);
        for (const Lan& other : intent.lans)
            check_pair(map, lan, other);
        intent.lans.push_back(std::move(lan));
    }
    return intent;
}

// yaml-cpp copies what an alias stands for, and an alias can stand for aliases: a few lines can
// become gigabytes. Nobody needs one here.
bool has_alias(std::string_view text)
{
    bool at_value = false;
    for (const char c : text) {
        if (at_value && (c == '*' || c == '&'))
            return true;
        at_value = c == ' ' || c == '\n' || c == '[' || c == ',' || c == '{' || c == '-' ||
                   c == ':' || (at_value && c == '\t');
    }
    return false;
}

} // namespace

Result<Intent> parse_configuration(std::string_view text, std::string_view file_name)
{
    if (has_alias(text))
        return fail(
            Failed::parse,
            fmt::format("{}: YAML anchors and aliases ('&', '*') are not supported", file_name));
    Problems problems(file_name);
    Intent intent;
    try {
        const YAML::Node top = YAML::Load(std::string(text));
        if (!top.IsMap())
            return fail(
                Failed::parse,
                fmt::format("{}: expected 'version: 1' and 'lans:' (onlan.yaml(5) has an example)",
                            file_name));
        intent = read_intent(YamlMap(top, "", problems));
    } catch (const YAML::Exception& error) {
        return fail(Failed::parse,
                    fmt::format("{}:{}: not YAML: {}", file_name, error.mark.line + 1, error.msg));
    }
    if (!problems.none())
        return fail(Failed::parse, problems.text());
    return intent;
}

} // namespace onlan::model
