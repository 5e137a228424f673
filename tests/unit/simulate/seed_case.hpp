#pragma once

// The article's host: a container on br-lan137, which hangs by a veth cable on br-mellanox, and a
// port that Docker publishes from br-app.

#include "unit/simulate/builders.hpp"

namespace onlan::simulate {

class SeedCase {
public:
    SeedCase()
    {
        host.forwarding().call_iptables();
        host.bridge("br-mellanox").bridge("br-lan137").bridge("br-app");
        world.cable(host, "veth-lan137-1", host, "veth-lan137-2");
        world.cable(cont, "eth0", host, "vethc")
            .cable(svc, "eth0", host, "vethsvc")
            .cable(lan, "eth0", host, "eno1");
        host.port("veth-lan137-1", "br-lan137").port("veth-lan137-2", "br-mellanox");
        host.port("vethc", "br-lan137").port("vethsvc", "br-app").port("eno1", "br-mellanox");
        host.address("br-mellanox", "192.168.137.250/24").address("br-app", "172.18.0.1/16");
        cont.address("eth0", "192.168.137.248/24").route("0.0.0.0/0", "eth0", "192.168.137.245");
        svc.address("eth0", "172.18.0.4/16").route("0.0.0.0/0", "eth0", "172.18.0.1");
        svc.listen(kTcp, 5000).listen(kUdp, 5000);
        lan.address("eth0", "192.168.137.245/24");
        docker();
    }

    // nat PREROUTING and OUTPUT: DNAT to the container; POSTROUTING: MASQUERADE.
    void docker()
    {
        const auto dnat = [](const rules::PacketView& packet, const rules::Surroundings& around) {
            const bool published = (packet.protocol == kTcp || packet.protocol == kUdp) &&
                                   packet.destination_port == 5000;
            const bool local = around.address_type(packet.destination, nullptr) == 2;
            const bool inside = packet.in != nullptr && packet.in->name == "br-app";
            if (!published || !local || inside)
                return accept(packet);
            return translate(
                packet,
                {.kind = rules::NatKind::destination,
                 .first_address = ip("172.18.0.4"),
                 .first_port = std::uint16_t{5000}},
                "! -i br-app -p tcp --dport 5000 -j DNAT --to-destination 172.18.0.4:5000");
        };
        rules().nat(rules::Hook::prerouting, "nat PREROUTING", dnat);
        rules().nat(rules::Hook::output, "nat OUTPUT", dnat);
        rules().nat(rules::Hook::postrouting, "nat POSTROUTING",
                    [](const rules::PacketView& packet, const rules::Surroundings&) {
                        const bool leaves = prefix("172.18.0.0/16").contains(packet.source) &&
                                            packet.out->name != "br-app";
                        return leaves ? translate(packet, {.kind = rules::NatKind::masquerade},
                                                  "-s 172.18.0.0/16 ! -o br-app -j MASQUERADE")
                                      : accept(packet);
                    });
    }
    FakeRules& rules() { return world.rules("host"); }
    void notrack_on_lan137(std::function<bool(const rules::PacketView&)> which = [](const auto&) {
        return true;
    })
    {
        rules().chain(rules::HookFamily::ipv4, rules::Hook::prerouting, -300, "raw PREROUTING",
                      [which](const rules::PacketView& packet, const rules::Surroundings&) {
                          return packet.in->name == "br-lan137" && which(packet) ? notrack(packet)
                                                                                 : accept(packet);
                      });
    }
    model::Explanation explain(std::uint8_t protocol = kTcp)
    {
        built_ = std::make_unique<World>(world.build());
        return simulate::explain(
            *built_,
            {.from = "cont", .to = ip("192.168.137.250"), .protocol = protocol, .port = 5000});
    }

    WorldBuilder world;
    NetnsBuilder& host = world.netns("host");
    NetnsBuilder& cont = world.netns("cont");
    NetnsBuilder& svc = world.netns("svc");
    NetnsBuilder& lan = world.netns("lan");

private:
    std::unique_ptr<World> built_;
};

} // namespace onlan::simulate
