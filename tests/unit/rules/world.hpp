#pragma once

#include <deque>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "formats/iptables_save.hpp"
#include "model/netns.hpp"
#include "net/prefix.hpp"
#include "net/protocols.hpp"
#include "rules/rule_set.hpp"
#include "unit/net/values.hpp"

// Rule sets, packets and a host around them for the tests of this layer.
namespace onlan::rules {

using net::kIcmp;
using net::kTcp;
using net::kUdp;

constexpr std::uint8_t kUnicast = 1;
constexpr std::uint8_t kLocal = 2;

// These addresses are this host's; everything is routed back by the device of its prefix.
class FakeSurroundings final : public Surroundings {
public:
    std::vector<net::IpAddress> local;
    std::vector<std::pair<net::Prefix, const model::Link*>> routes;
    std::map<std::uint16_t, SocketView> listeners; // by port

    [[nodiscard]] std::uint8_t address_type(const net::IpAddress& address,
                                            const model::Link* /*link*/) const override
    {
        return std::ranges::find(local, address) == local.end() ? kUnicast : kLocal;
    }
    [[nodiscard]] const model::Link* reverse_device(const PacketView& packet,
                                                    bool /*use_mark*/) const override
    {
        for (const auto& [prefix, link] : routes) {
            if (prefix.family() == packet.source.family() && prefix.contains(packet.source))
                return link;
        }
        return nullptr;
    }
    [[nodiscard]] std::optional<SocketView> socket_of(const PacketView& packet,
                                                      const Tproxy* to) const override
    {
        const auto found = listeners.find(to == nullptr ? packet.destination_port : to->port);
        return found == listeners.end() ? std::nullopt : std::optional(found->second);
    }
};

inline model::Link link(int index, std::string name, std::string kind = {})
{
    model::Link made{.index = index, .name = std::move(name), .kind = std::move(kind)};
    made.ethernet = true;
    if (made.kind == "bridge")
        made.bridge = model::Bridge{};
    return made;
}

// A UDP packet from 10.1.0.2:4000 to 10.2.0.3:53 that came in by eth0 and leaves by eth1.
struct Packet {
    model::Link eth0 = link(2, "eth0");
    model::Link eth1 = link(3, "eth1");
    PacketView view{.in = &eth0,
                    .out = &eth1,
                    .ether_type = 0x0800,
                    .source = ip("10.1.0.2"),
                    .destination = ip("10.2.0.3"),
                    .protocol = kUdp,
                    .length = 100,
                    .source_port = 4000,
                    .destination_port = 53};
};

// `text` as nft prints it.
inline model::NftListing nft_listing(std::string_view text)
{
    auto listing = model::NftListing::from(nlohmann::json::parse(text));
    if (!listing)
        throw std::runtime_error(listing.error().message);
    return *std::move(listing);
}

// `text` as iptables-save prints it.
inline model::XtablesRuleset
iptables_save(std::string_view text,
              net::Family family = net::Family::ipv4,
              model::XtablesBackend backend = model::XtablesBackend::legacy)
{
    auto ruleset = formats::parse_iptables_save(text, backend, family);
    if (!ruleset)
        throw std::runtime_error(ruleset.error().message);
    return *std::move(ruleset);
}

inline model::Netns host_with(model::XtablesRuleset ruleset)
{
    model::Netns host;
    host.xtables.push_back(std::move(ruleset));
    return host;
}

// One chain of the table `filter` with these rules.
inline model::Netns forward_chain(std::string_view rules, net::Family family = net::Family::ipv4)
{
    std::string text = "*filter\n:FORWARD ACCEPT\n:OTHER -\n";
    std::istringstream lines{std::string(rules)};
    for (std::string line; std::getline(lines, line);)
        text += "-A FORWARD " + line + "\n";
    return host_with(iptables_save(text, family));
}

// One chain in the hook forward of this family; `expressions` is the list of its rules' "expr".
inline model::Netns nft_chain(const std::string& expressions,
                              const std::string& more = {},
                              const std::string& family = "ip")
{
    model::Netns host;
    std::string text = R"({"nftables": [{"table": {"family": "FAMILY", "name": "t"}},
        {"chain": {"family": "FAMILY", "table": "t", "name": "c", "handle": 1, "type": "filter",
                   "hook": "forward", "prio": 0, "policy": "accept"}},
        {"chain": {"family": "FAMILY", "table": "t", "name": "other", "handle": 2}})";
    text += more;
    const auto list = nlohmann::json::parse("[" + expressions + "]");
    for (const auto& expression : list)
        text += R"(, {"rule": {"family": "FAMILY", "table": "t", "chain": "c", "handle": 7,
                     "expr": )" +
                expression.dump() + "}}";
    text += "]}";
    for (std::size_t at = text.find("FAMILY"); at != std::string::npos; at = text.find("FAMILY"))
        text.replace(at, 6, family);
    host.nftables = nft_listing(text);
    return host;
}

inline RuleSet loaded(const model::Netns& host)
{
    auto rules = RuleSet::load(host);
    if (!rules)
        throw std::runtime_error(rules.error().message);
    return *std::move(rules);
}

inline std::vector<ChainOutcome> outcomes(const model::Netns& host,
                                          const PacketView& packet,
                                          const Surroundings& surroundings = FakeSurroundings())
{
    // Outcomes point at the rules that decided: the set stays for as long as the test runs.
    static std::deque<RuleSet> all;
    const RuleSet& rules = all.emplace_back(loaded(host));
    return rules.evaluate(rules.base_chains().front(), packet, surroundings);
}

// The only outcome of the first chain.
inline ChainOutcome outcome(const model::Netns& host,
                            const PacketView& packet,
                            const Surroundings& surroundings = FakeSurroundings())
{
    std::vector<ChainOutcome> all = outcomes(host, packet, surroundings);
    if (all.size() != 1)
        throw std::runtime_error("not one outcome but " + std::to_string(all.size()));
    return std::move(all.front());
}

} // namespace onlan::rules
