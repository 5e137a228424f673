#include <map>

#include <linux/netlink.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/subprocess.hpp"
#include "kernel/links.hpp"
#include "kernel/netlink_socket.hpp"
#include "kernel/sysctl.hpp"
#include "lab/containers.hpp"
#include "lab/remains.hpp"
#include "lab/topology.hpp"
#include "lab/traffic.hpp"

namespace onlan::lab {
namespace {

// What Docker 28.5 writes for its networks app, other and lan137, of which app's container
// publishes port 5000; without docker0 and the rules of other tables, which no flow of the lab
// meets.
constexpr std::string_view kRules = R"(*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.18.0.0/16 ! -o br-app -j MASQUERADE
-A POSTROUTING -s 172.19.0.0/16 ! -o br-other -j MASQUERADE
-A DOCKER -i br-app -j RETURN
-A DOCKER -i br-other -j RETURN
-A DOCKER ! -i br-app -p tcp -m tcp --dport 5000 -j DNAT --to-destination 172.18.0.2:5000
-A DOCKER ! -i br-app -p udp -m udp --dport 5000 -j DNAT --to-destination 172.18.0.2:5000
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d 172.18.0.2/32 ! -i br-app -o br-app -p tcp -m tcp --dport 5000 -j ACCEPT
-A DOCKER -d 172.18.0.2/32 ! -i br-app -o br-app -p udp -m udp --dport 5000 -j ACCEPT
-A DOCKER ! -i br-app -o br-app -j DROP
-A DOCKER ! -i br-other -o br-other -j DROP
-A DOCKER -o on-lan137 -p icmp -j ACCEPT
-A DOCKER ! -i on-lan137 -o on-lan137 -j DROP
-A DOCKER-BRIDGE -o br-app -j DOCKER
-A DOCKER-BRIDGE -o br-other -j DOCKER
-A DOCKER-BRIDGE -o on-lan137 -j DOCKER
-A DOCKER-CT -o br-app -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-CT -o br-other -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-CT -o on-lan137 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i br-app -j ACCEPT
-A DOCKER-FORWARD -i br-other -j ACCEPT
-A DOCKER-FORWARD -i on-lan137 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i on-lan137 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -o on-lan137 -j RETURN
-A DOCKER-ISOLATION-STAGE-1 -i br-app ! -o br-app -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i br-other ! -o br-other -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i on-lan137 ! -o on-lan137 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-2 -o on-lan137 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o br-other -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o br-app -j DROP
COMMIT
)";

struct Network {
    std::string bridge;
    std::string gateway;
    std::string address; // of its one container, with the subnet's length; empty: the caller's
};

// By the names that Docker's networks have in the lab.
const std::map<std::string, Network>& networks()
{
    static const std::map<std::string, Network> all = {
        {"app", {"br-app", "172.18.0.1", "172.18.0.2/16"}},
        {"other", {"br-other", "172.19.0.1", "172.19.0.2/16"}},
        {"lan137", {"on-lan137", std::string(kRouter), ""}},
    };
    return all;
}

Result<> load_rules()
{
    const std::string file = fmt::format("{}/docker-shaped.rules", kFolder);
    ONLAN_CHECK(replace_file(file, kRules));
    ONLAN_CHECK(kernel::write_sysctl("net.ipv4.ip_forward", "1"));
    ONLAN_TRY(const Finished restored, run_program({"iptables-restore", file}));
    if (restored.status != 0)
        return fail(Failed::refused, fmt::format("iptables-restore {}: {}", file, restored.errors));
    return {};
}

class PlainContainers final : public Containers {
public:
    explicit PlainContainers(kernel::NetnsHandle host) : host_(std::move(host)) {}

    [[nodiscard]] std::string name() const override { return "rules like Docker's"; }
    [[nodiscard]] plan::Stage stage() const override { return plan::Stage::before_docker; }

    Result<> create_network(const std::string& name) override
    {
        const Network& network = networks().at(name);
        return kernel::in_netns(
            host_, [&] { return make_bridge(network.bridge, network.gateway + "/16"); });
    }

    Result<kernel::NetnsHandle> run(const ContainerSpec& spec) override
    {
        const Network& network = networks().at(spec.network);
        ONLAN_TRY(const auto address,
                  net::InterfaceAddress::parse(spec.address ? spec.address->to_string() + "/24"
                                                            : network.address));
        ONLAN_TRY(kernel::NetnsHandle container, make_machine(spec.name));
        // Docker's user-land proxy is a listener on the host; ordinary containers meet that one.
        if (spec.published) {
            ONLAN_TRY(const pid_t proxy, start_server(host_, *spec.published));
            ONLAN_CHECK(record_process(proxy));
        }
        ONLAN_CHECK(plug(container, host_,
                         {.interface = "eth0",
                          .port = port_of(spec.name),
                          .bridge = network.bridge,
                          .address = address,
                          .gateway = network.gateway}));
        return container;
    }

    // The kernel takes a namespace apart at leisure; its port shall be gone when this returns.
    Result<> remove(const std::string& name) override
    {
        ONLAN_CHECK(kernel::in_netns(host_, [&]() -> Result<> {
            ONLAN_TRY(auto socket, kernel::NetlinkSocket::open(NETLINK_ROUTE));
            return kernel::delete_link(socket, port_of(name));
        }));
        return kernel::delete_named_netns(netns_name(name));
    }

private:
    static std::string port_of(const std::string& container) { return "c-" + container; }

    kernel::NetnsHandle host_;
};

} // namespace

Result<std::unique_ptr<Containers>> make_plain_containers(const kernel::NetnsHandle& host)
{
    ONLAN_CHECK(kernel::in_netns(host, load_rules));
    ONLAN_TRY(kernel::NetnsHandle own,
              kernel::NetnsHandle::open("/run/netns/" + netns_name("host")));
    return std::make_unique<PlainContainers>(std::move(own));
}

} // namespace onlan::lab
