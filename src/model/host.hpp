#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/docker.hpp"
#include "model/firewall.hpp"
#include "model/link.hpp"

namespace onlan::model {

// The network state of the namespace that onlan runs in, and of the Docker engine beside it, as
// collected at one time.
struct Host {
    std::vector<Link> links;
    std::vector<Address> addresses;
    std::vector<Route> routes; // of every table
    std::vector<Rule> rules;
    std::vector<Neighbour> neighbours;
    std::vector<FdbEntry> fdb;
    std::map<std::string, std::string> sysctls; // "net.ipv4.ip_forward" → "1"
    Firewall firewall;
    // Why there is no engine when there is none: not installed, not running, no permission.
    std::optional<DockerEngine> docker;
    std::string docker_missing;

    [[nodiscard]] const Link* find_link(std::string_view name) const;
    [[nodiscard]] const Link* find_link(int index) const;
    // Empty when the kernel has no such switch.
    [[nodiscard]] std::string_view sysctl(std::string_view name) const;
    // Does the kernel hand bridged frames of this bridge to the firewall of `family`? Sysctl or
    // per-bridge switch.
    [[nodiscard]] bool calls_netfilter(const Link& bridge, net::Family family) const;
};

} // namespace onlan::model
