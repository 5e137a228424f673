#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/mac_address.hpp"
#include "net/prefix.hpp"

namespace onlan::model {

// One element of a network's IPAM.Config in the Engine API.
struct DockerSubnet {
    net::Prefix subnet;
    std::optional<net::IpAddress> gateway;
    std::optional<net::Prefix> range;               // IPRange: where addresses are taken from
    std::map<std::string, net::IpAddress> reserved; // AuxiliaryAddresses: never handed out

    friend bool operator==(const DockerSubnet&, const DockerSubnet&) = default;
};

// A container's interface on a network, while the container runs.
struct DockerEndpoint {
    std::string container; // name, without the leading slash
    std::string container_id;
    std::optional<net::InterfaceAddress> ipv4;
    std::optional<net::InterfaceAddress> ipv6;
    std::optional<net::MacAddress> mac;

    friend bool operator==(const DockerEndpoint&, const DockerEndpoint&) = default;
};

struct DockerNetwork {
    std::string id; // empty in a network that is still to be made
    std::string name;
    std::string driver;
    bool ipv6 = false;
    bool internal = false;
    std::vector<DockerSubnet> subnets;
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> labels;
    std::vector<DockerEndpoint> endpoints;
    std::vector<std::string> stopped; // names of its containers that do not run

    // Of those that run.
    [[nodiscard]] std::vector<std::string> container_names() const;

    friend bool operator==(const DockerNetwork&, const DockerNetwork&) = default;
};

struct PublishedPort {
    std::uint8_t protocol = 0; // IPPROTO_*
    std::optional<net::IpAddress> host_address;
    std::uint16_t host_port = 0; // 0: exposed, not published
    std::uint16_t container_port = 0;

    friend bool operator==(const PublishedPort&, const PublishedPort&) = default;
};

struct DockerContainer {
    std::string id;
    std::string name;
    bool running = false;
    int pid = 0; // in the engine's PID namespace; 0 when it does not run
    std::vector<PublishedPort> ports;

    friend bool operator==(const DockerContainer&, const DockerContainer&) = default;
};

// A process of Docker's userland proxy: it listens on the host and dials on to a container.
struct DockerProxy {
    int pid = 0;
    std::uint8_t protocol = 0; // IPPROTO_*
    net::IpAddress host_address;
    std::uint16_t host_port = 0;
    net::IpAddress container_address;
    std::uint16_t container_port = 0;

    friend bool operator==(const DockerProxy&, const DockerProxy&) = default;
};

struct DockerEngine {
    std::string version;
    std::string firewall_backend; // "iptables", "nftables", "iptables+firewalld"; empty on an
                                  // engine that does not tell
    std::vector<DockerNetwork> networks;
    std::vector<DockerContainer> containers;
    std::vector<DockerProxy> proxies;

    [[nodiscard]] const DockerNetwork* find_network(std::string_view name) const;

    friend bool operator==(const DockerEngine&, const DockerEngine&) = default;
};

} // namespace onlan::model
