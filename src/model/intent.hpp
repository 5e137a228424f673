#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/prefix.hpp"

namespace onlan::model {

enum class AttachMode : std::uint8_t { docker_bridge, macvlan };

// As in the configuration, in the order of AttachMode.
inline constexpr std::array<std::string_view, 2> kAttachModeNames = {"docker-bridge", "macvlan"};
[[nodiscard]] std::string_view attach_mode_name(AttachMode mode) noexcept;
[[nodiscard]] std::optional<AttachMode> find_attach_mode(std::string_view name) noexcept;

// What carries the LAN on this host. Without `ports` the bridge has to exist and is only given one
// more port; with `ports` onlan makes it and moves what the ports carry onto it.
struct Uplink {
    std::string bridge;
    std::vector<std::string> ports;

    friend bool operator==(const Uplink&, const Uplink&) = default;
};

// The part of a LAN that belongs to one address family.
struct LanSubnet {
    net::Prefix subnet;
    std::optional<net::IpAddress> gateway;
    std::optional<net::AddressRange> pool; // what Docker may hand out; the whole subnet when absent

    friend bool operator==(const LanSubnet&, const LanSubnet&) = default;
};

struct Lan {
    std::string name;
    Uplink uplink;
    AttachMode attach = AttachMode::docker_bridge;
    LanSubnet ipv4;
    std::optional<LanSubnet> ipv6;

    friend bool operator==(const Lan&, const Lan&) = default;
};

// What the user wants: the configuration file, checked.
struct Intent {
    std::vector<Lan> lans; // in the file's order

    [[nodiscard]] const Lan* find_lan(std::string_view name) const;
};

// A link's name holds at most IFNAMSIZ - 1 bytes; onlan's own links are a LAN's name behind one of
// these.
inline constexpr std::size_t kLongestLinkName = 15;
inline constexpr std::string_view kSecondBridge =
    "on-"; // docker-bridge: the bridge that Docker's driver uses
inline constexpr std::string_view kUplinkEnd =
    "up-"; // the cable's end that is a port of the uplink bridge
inline constexpr std::string_view kContainerEnd =
    "in-"; // the other end: port of the second bridge, or macvlan's parent
inline constexpr std::size_t kLongestLanName = kLongestLinkName - kSecondBridge.size();

} // namespace onlan::model
