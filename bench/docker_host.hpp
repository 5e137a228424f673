#pragma once

// A Docker host as a snapshot holds it: containers on docker0, each with published ports that are a
// rule of the nat and one of the filter table, and a machine on the LAN.

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "model/netns.hpp"
#include "simulate/world.hpp"

namespace onlan::bench {

struct Size {
    unsigned containers = 100;
    unsigned rules = 2000;
};

// Whether anybody has spoken to anybody yet: without neighbours every flow begins with ARP, which
// the bridge floods to all its ports.
enum class Neighbours : std::uint8_t { known, unknown };

class DockerHost {
public:
    DockerHost(Size size, Neighbours neighbours) : size_(size), neighbours_(neighbours)
    {
        // Links refer to each other by number: the host's veths come after its own four devices.
        namespaces_.reserve(size.containers + 2);
        namespaces_.push_back(host());
        namespaces_.push_back(lan());
        for (unsigned number = 0; number < size.containers; ++number)
            namespaces_.push_back(container(number));
    }

    [[nodiscard]] simulate::World world() const { return *simulate::World::load(namespaces_); }
    [[nodiscard]] const model::Netns& netns() const { return namespaces_.front(); }
    [[nodiscard]] static net::IpAddress address() { return ip(kHost); }
    [[nodiscard]] static net::IpAddress address_of_container(unsigned number)
    {
        return ip(address_of(number));
    }
    [[nodiscard]] static std::string name_of(unsigned container)
    {
        return fmt::format("container:{}", container);
    }
    // The published ports: every container has the same number of them.
    [[nodiscard]] unsigned ports() const { return size_.containers * ports_each(); }
    [[nodiscard]] static std::uint16_t port(unsigned number)
    {
        return static_cast<std::uint16_t>(10000 + number);
    }

private:
    static constexpr const char* kHost = "203.0.113.5";
    static constexpr const char* kLan = "203.0.113.9";
    static constexpr const char* kGateway = "172.17.0.1";
    static constexpr int kLoopback = 1;
    static constexpr int kEth0 = 2;
    static constexpr int kDocker0 = 3;
    static constexpr int kFirstVeth = 4;
    static constexpr int kContainerIds = 1000; // netns id of the first container
    static constexpr int kLanId = 1;
    static constexpr int kHostId = 0;

    static net::IpAddress ip(const std::string& text) { return *net::IpAddress::parse(text); }
    static net::MacAddress mac(std::uint8_t kind, unsigned number)
    {
        return {{2, 0, 0, kind, static_cast<std::uint8_t>(number >> 8U),
                 static_cast<std::uint8_t>(number)}};
    }
    static std::string address_of(unsigned container)
    {
        return fmt::format("172.17.{}.{}", container / 250, container % 250 + 2);
    }
    [[nodiscard]] unsigned ports_each() const
    {
        return std::max(1U, size_.rules / 2 / size_.containers);
    }

    static model::Netns empty_netns(std::string name, std::uint64_t inode)
    {
        model::Netns netns;
        netns.name = std::move(name);
        netns.inode = inode;
        netns.links.push_back({.index = kLoopback,
                               .name = "lo",
                               .mtu = 65536,
                               .up = true,
                               .carrier = true,
                               .loopback = true});
        netns.routes.push_back({.destination = *net::Prefix::parse("127.0.0.0/8"),
                                .table = 255,
                                .type = 2,
                                .scope = 254,
                                .link = kLoopback});
        return netns;
    }
    static void add_address(model::Netns& netns, int link, const std::string& text)
    {
        const auto local = *net::InterfaceAddress::parse(text);
        netns.addresses.push_back({.link = link, .local = local});
        netns.routes.push_back({.destination = net::Prefix::around(local.address, 32),
                                .table = 255,
                                .type = 2,
                                .scope = 254,
                                .link = link});
        netns.routes.push_back({.destination = local.subnet(),
                                .scope = 253,
                                .preferred_source = local.address,
                                .link = link});
    }
    static model::Link veth(int index, std::string name, net::MacAddress mac, int peer, int netns)
    {
        return {.index = index,
                .name = std::move(name),
                .kind = "veth",
                .mac = mac,
                .mtu = 1500,
                .up = true,
                .carrier = true,
                .ethernet = true,
                .peer = peer,
                .peer_netnsid = netns};
    }
    void
    add_neighbour(model::Netns& netns, int link, const std::string& of, net::MacAddress mac) const
    {
        constexpr std::uint16_t kReachable = 2;
        if (neighbours_ == Neighbours::known)
            netns.neighbours.push_back(
                {.link = link, .address = ip(of), .mac = mac, .state = kReachable});
    }

    [[nodiscard]] model::Netns host() const
    {
        model::Netns host = empty_netns("host", 1);
        host.links.push_back(veth(kEth0, "eth0", mac(1, 0), kEth0, kLanId));
        host.peers[kLanId] = 2;
        host.links.push_back({.index = kDocker0,
                              .name = "docker0",
                              .kind = "bridge",
                              .mac = mac(2, 0),
                              .mtu = 1500,
                              .up = true,
                              .carrier = true,
                              .ethernet = true,
                              .bridge = model::Bridge{}});
        add_address(host, kEth0, std::string(kHost) + "/24");
        add_address(host, kDocker0, std::string(kGateway) + "/16");
        add_neighbour(host, kEth0, kLan, mac(1, 1));
        for (unsigned number = 0; number < size_.containers; ++number) {
            const int id = kContainerIds + static_cast<int>(number);
            const int index = kFirstVeth + static_cast<int>(number);
            host.peers[id] = 1000 + number;
            model::Link port = veth(index, fmt::format("veth{}", number), mac(3, number), 2, id);
            port.master = kDocker0;
            port.port = model::BridgePort{.state = model::PortState::forwarding};
            host.links.push_back(std::move(port));
            add_neighbour(host, kDocker0, address_of(number), mac(4, number));
            if (neighbours_ == Neighbours::known)
                host.fdb.push_back({.port = index, .bridge = kDocker0, .mac = mac(4, number)});
        }
        for (const std::string device : {"lo", "eth0", "docker0"})
            host.sysctls["net.ipv4.conf." + device + ".forwarding"] = "1";
        host.sysctls["net.bridge.bridge-nf-call-iptables"] = "1";
        host.xtables.push_back(rules());
        return host;
    }

    [[nodiscard]] model::Netns lan() const
    {
        model::Netns lan = empty_netns("lan", 2);
        lan.links.push_back(veth(kEth0, "eth0", mac(1, 1), kEth0, kHostId));
        lan.peers[kHostId] = 1;
        add_address(lan, kEth0, std::string(kLan) + "/24");
        add_neighbour(lan, kEth0, kHost, mac(1, 0));
        return lan;
    }

    [[nodiscard]] model::Netns container(unsigned number) const
    {
        model::Netns container = empty_netns(name_of(number), 1000 + number);
        container.links.push_back(
            veth(2, "eth0", mac(4, number), kFirstVeth + static_cast<int>(number), kHostId));
        container.peers[kHostId] = 1;
        add_address(container, 2, address_of(number) + "/16");
        container.routes.push_back(
            {.destination = net::Prefix{}, .gateway = ip(kGateway), .link = 2});
        add_neighbour(container, 2, kGateway, mac(2, 0));
        for (unsigned port = 0; port < ports_each(); ++port)
            container.sockets.push_back({.protocol = 6,
                                         .address = ip("0.0.0.0"),
                                         .port = static_cast<std::uint16_t>(80 + port)});
        return container;
    }

    // As Docker 28 writes them.
    [[nodiscard]] model::XtablesRuleset rules() const
    {
        model::XtablesRuleset ruleset{.backend = model::XtablesBackend::legacy};
        const auto add = [&](const char* table, const char* chain, const std::string& text) {
            std::vector<std::string> words;
            for (std::size_t from = 0; from < text.size();) {
                const std::size_t end = std::min(text.find(' ', from), text.size());
                words.push_back(text.substr(from, end - from));
                from = end + 1;
            }
            ruleset.tables[table][chain].edit().rules.push_back({std::move(words)});
        };
        for (const char* chain : {"DOCKER", "DOCKER-FORWARD", "DOCKER-BRIDGE", "DOCKER-CT",
                                  "DOCKER-USER", "DOCKER-ISOLATION-STAGE-1"})
            ruleset.tables["filter"][chain].edit().policy = "-";
        for (const char* chain : {"INPUT", "OUTPUT"})
            ruleset.tables["filter"][chain].edit().policy = "ACCEPT";
        ruleset.tables["filter"]["FORWARD"].edit().policy = "DROP";
        ruleset.tables["nat"]["DOCKER"].edit().policy = "-";
        for (const char* chain : {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"})
            ruleset.tables["nat"][chain].edit().policy = "ACCEPT";

        add("filter", "FORWARD", "-j DOCKER-USER");
        add("filter", "FORWARD", "-j DOCKER-FORWARD");
        add("filter", "DOCKER-FORWARD", "-j DOCKER-CT");
        add("filter", "DOCKER-FORWARD", "-j DOCKER-ISOLATION-STAGE-1");
        add("filter", "DOCKER-FORWARD", "-j DOCKER-BRIDGE");
        add("filter", "DOCKER-FORWARD", "-i docker0 -j ACCEPT");
        add("filter", "DOCKER-CT",
            "-o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
        add("filter", "DOCKER-BRIDGE", "-o docker0 -j DOCKER");
        add("nat", "PREROUTING", "-m addrtype --dst-type LOCAL -j DOCKER");
        add("nat", "OUTPUT", "! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER");
        add("nat", "POSTROUTING", "-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE");
        for (unsigned number = 0; number < ports(); ++number) {
            const std::string to = address_of(number / ports_each());
            const unsigned inside = 80 + number % ports_each();
            add("filter", "DOCKER",
                fmt::format("-d {}/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport {} -j ACCEPT",
                            to, inside));
            add("nat", "DOCKER",
                fmt::format("! -i docker0 -p tcp -m tcp --dport {} -j DNAT --to-destination {}:{}",
                            port(number), to, inside));
        }
        add("filter", "DOCKER", "! -i docker0 -o docker0 -j DROP");
        return ruleset;
    }

    Size size_;
    Neighbours neighbours_;
    std::vector<model::Netns> namespaces_;
};

} // namespace onlan::bench
