#pragma once

// Small builders for the worlds that the simulation's tests speak of.

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulate/explain.hpp"
#include "simulate/netfilter/rulebook.hpp"
#include "simulate/world.hpp"
#include "unit/net/values.hpp"

namespace onlan::simulate {

// One namespace in the making. Addresses bring the routes that the kernel makes for them.
class NetnsBuilder {
public:
    explicit NetnsBuilder(std::string name, unsigned number) : number_(number)
    {
        netns.name = std::move(name);
        netns.inode = number;
        netns.sysctls = {{"net.ipv4.conf.all.rp_filter", "0"}};
        add({.name = "lo", .up = true, .carrier = true, .loopback = true});
        address("lo", "127.0.0.1/8", 254);
    }

    model::Link& add(model::Link link)
    {
        link.index = static_cast<int>(netns.links.size()) + 1;
        if (!link.loopback && !link.mac)
            link.mac = net::MacAddress{{2, 0, 0, 0, static_cast<std::uint8_t>(number_),
                                        static_cast<std::uint8_t>(link.index)}};
        if (link.mtu == 0)
            link.mtu = link.loopback ? 65536 : 1500;
        link.up = true;
        link.carrier = true;
        netns.links.push_back(link);
        sysctl("net.ipv4.conf." + link.name + ".forwarding", forwarding_);
        return netns.links.back();
    }

    NetnsBuilder& bridge(const std::string& name)
    {
        add({.name = name, .kind = "bridge", .bridge = model::Bridge{}});
        return *this;
    }
    NetnsBuilder& port(const std::string& name, const std::string& bridge)
    {
        model::Link& link = at(name);
        link.master = at(bridge).index;
        link.port = model::BridgePort{.state = model::PortState::forwarding};
        return *this;
    }
    NetnsBuilder&
    address(const std::string& device, const std::string& text, std::uint8_t scope = 0)
    {
        const int link = at(device).index;
        const auto local = *net::InterfaceAddress::parse(text);
        const unsigned bits = net::address_bits(local.address.family());
        netns.addresses.push_back({.link = link, .local = local, .scope = scope});
        netns.routes.push_back({.destination = net::Prefix::around(local.address, bits),
                                .table = 255,
                                .type = 2,
                                .scope = 254,
                                .link = link});
        if (local.length < bits)
            netns.routes.push_back({.destination = local.subnet(),
                                    .table = scope == 254 ? 255U : 254U,
                                    .type = static_cast<std::uint8_t>(scope == 254 ? 2 : 1),
                                    .scope = 253,
                                    .preferred_source = local.address,
                                    .link = link});
        if (scope != 254 && bits == 32 && local.length < 31)
            netns.routes.push_back({.destination = net::Prefix::around(local.subnet().last(), 32),
                                    .table = 255,
                                    .type = 3,
                                    .scope = 253,
                                    .link = link});
        return *this;
    }
    NetnsBuilder& route(const std::string& to,
                        const std::string& device,
                        const std::string& via = {},
                        std::uint8_t type = 1)
    {
        model::Route route{.destination = prefix(to), .type = type};
        if (!device.empty())
            route.link = at(device).index;
        if (!via.empty())
            route.gateway = ip(via);
        netns.routes.push_back(route);
        return *this;
    }
    NetnsBuilder& sysctl(const std::string& name, int value)
    {
        netns.sysctls[name] = std::to_string(value);
        return *this;
    }
    NetnsBuilder& forwarding()
    {
        forwarding_ = 1;
        for (const model::Link& link : netns.links)
            sysctl("net.ipv4.conf." + link.name + ".forwarding", 1);
        return *this;
    }
    NetnsBuilder& call_iptables(int value = 1)
    {
        return sysctl("net.bridge.bridge-nf-call-iptables", value)
            .sysctl("net.bridge.bridge-nf-call-ip6tables", 0)
            .sysctl("net.bridge.bridge-nf-call-arptables", 0);
    }
    NetnsBuilder&
    listen(std::uint8_t protocol, std::uint16_t port, const std::string& address = "0.0.0.0")
    {
        netns.sockets.push_back({.protocol = protocol, .address = ip(address), .port = port});
        return *this;
    }
    model::Link& at(const std::string& name)
    {
        for (model::Link& link : netns.links) {
            if (link.name == name)
                return link;
        }
        return add({.name = name});
    }

    model::Netns netns;

private:
    unsigned number_;
    int forwarding_ = 0;
};

// Rules made of functions: what one chain says of one packet.
class FakeRules final : public Rulebook {
public:
    using Say =
        std::function<rules::ChainOutcome(const rules::PacketView&, const rules::Surroundings&)>;

    FakeRules& chain(rules::HookFamily family,
                     rules::Hook hook,
                     int priority,
                     const std::string& name,
                     Say say,
                     rules::ChainType type = rules::ChainType::filter)
    {
        chains_.push_back(
            {.family = family,
             .hook = hook,
             .type = type,
             .priority = priority,
             .policy = {
                 .program = "nft", .table = "test", .chain = name, .text = "policy accept"}});
        std::ranges::stable_sort(chains_, {}, &rules::BaseChain::priority);
        says_[name] = std::move(say);
        return *this;
    }
    // A chain of the family netdev, bound to these devices.
    FakeRules& ingress(std::vector<std::string> devices, const std::string& name, Say say)
    {
        chain(rules::HookFamily::netdev, rules::Hook::ingress, 0, name, std::move(say));
        std::ranges::find(chains_, name, [](const rules::BaseChain& one) {
            return one.policy.chain;
        })->devices = std::move(devices);
        return *this;
    }
    FakeRules& nat(rules::Hook hook, const std::string& name, Say say)
    {
        const int priority =
            hook == rules::Hook::postrouting || hook == rules::Hook::input ? 100 : -100;
        tracks_ = true;
        return chain(rules::HookFamily::ipv4, hook, priority, name, std::move(say),
                     rules::ChainType::nat);
    }
    FakeRules& tracking()
    {
        tracks_ = true;
        return *this;
    }

    [[nodiscard]] const std::vector<rules::BaseChain>& base_chains() const override
    {
        return chains_;
    }
    [[nodiscard]] std::vector<rules::ChainOutcome>
    evaluate(const rules::BaseChain& chain,
             const rules::PacketView& packet,
             const rules::Surroundings& surroundings) const override
    {
        rules::ChainOutcome outcome = says_.at(chain.policy.chain)(packet, surroundings);
        if (outcome.because == nullptr)
            outcome.because = &chain.policy;
        return {outcome};
    }
    [[nodiscard]] bool needs_conntrack(net::Family) const override { return tracks_; }
    [[nodiscard]] Result<std::shared_ptr<const Rulebook>>
    with(const model::Netns& changed) const override
    {
        return fail(Failed::not_found,
                    "rules that a test made up do not follow from " + changed.name);
    }

private:
    std::vector<rules::BaseChain> chains_;
    std::map<std::string, Say> says_;
    bool tracks_ = false;
};

// Rules that are made up stay for as long as the test runs, as those of a rule set do.
inline const rules::RuleRef* rule(rules::RuleRef ref)
{
    static std::deque<rules::RuleRef> all;
    return &all.emplace_back(std::move(ref));
}

inline rules::ChainOutcome accept(const rules::PacketView& packet)
{
    return {.packet = packet};
}
inline rules::ChainOutcome drop(const rules::PacketView& packet,
                                const std::string& chain,
                                const std::string& text,
                                rules::Asked asked = {})
{
    return {.verdict = rules::Verdict::drop,
            .packet = packet,
            .because = rule({.program = "iptables-nft",
                             .table = "filter",
                             .chain = chain,
                             .number = 1,
                             .text = text,
                             .asked = asked})};
}
inline rules::ChainOutcome notrack(const rules::PacketView& packet)
{
    const rules::RuleRef* by = rule({.program = "iptables-nft",
                                     .table = "raw",
                                     .chain = "PREROUTING",
                                     .number = 1,
                                     .text = "-j NOTRACK"});
    return {.notrack = by, .packet = packet, .because = by};
}
inline rules::ChainOutcome
translate(const rules::PacketView& packet, rules::Nat nat, const std::string& text)
{
    return {.nat = std::move(nat),
            .packet = packet,
            .because = rule({.program = "iptables-nft",
                             .table = "nat",
                             .chain = "DOCKER",
                             .number = 1,
                             .text = text})};
}

// Namespaces and the cables between them.
class WorldBuilder {
public:
    NetnsBuilder& netns(const std::string& name)
    {
        NetnsBuilder& made = parts_.emplace_back(name, static_cast<unsigned>(parts_.size() + 1));
        rules_.emplace_back();
        return made;
    }
    FakeRules& rules(const std::string& name)
    {
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (parts_[i].netns.name == name) {
                if (!rules_[i])
                    rules_[i] = std::make_shared<FakeRules>();
                return *rules_[i];
            }
        }
        std::abort();
    }
    // A veth pair.
    WorldBuilder& cable(NetnsBuilder& a,
                        const std::string& device_a,
                        NetnsBuilder& b,
                        const std::string& device_b)
    {
        a.at(device_a).kind = "veth";
        b.at(device_b).kind = "veth";
        a.at(device_a).peer = b.at(device_b).index;
        b.at(device_b).peer = a.at(device_a).index;
        if (&a != &b) {
            a.netns.peers[static_cast<int>(b.netns.inode)] = b.netns.inode;
            b.netns.peers[static_cast<int>(a.netns.inode)] = a.netns.inode;
            a.at(device_a).peer_netnsid = static_cast<int>(b.netns.inode);
            b.at(device_b).peer_netnsid = static_cast<int>(a.netns.inode);
        }
        return *this;
    }
    WorldBuilder& proxy(Proxy proxy)
    {
        proxies_.push_back(std::move(proxy));
        return *this;
    }
    // The builder stays the owner of the facts: it must outlive the world.
    World build(const Kernel& kernel = {})
    {
        std::vector<World::Part> parts;
        for (std::size_t i = 0; i < parts_.size(); ++i)
            parts.push_back({.netns = &parts_[i].netns, .rules = rules_[i]});
        return World::build(parts, {.proxies = proxies_, .kernel = kernel});
    }

private:
    std::deque<NetnsBuilder> parts_;
    std::vector<std::shared_ptr<FakeRules>> rules_;
    std::vector<Proxy> proxies_;
};

// A connection's record in short: one line a step that changed or ended something.
inline std::vector<std::string> story(const model::Explanation& explanation)
{
    std::vector<std::string> lines;
    for (const model::TracedPacket& packet : explanation.packets) {
        for (const model::Step& step : packet.steps)
            lines.push_back(std::to_string(packet.number) + " " + packet.summary + " | " +
                            step.netns + " " + step.device + " " +
                            std::string(model::word(step.stage)) + " " +
                            std::string(model::word(step.action)));
    }
    return lines;
}

} // namespace onlan::simulate
