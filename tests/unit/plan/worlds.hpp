#pragma once

// The hosts and LANs that the planning tests speak of.

#include <string>

#include <nlohmann/json.hpp>

#include "model/host.hpp"
#include "model/intent.hpp"
#include "unit/net/values.hpp"

namespace onlan::plan {

inline model::Netns& netns(model::Snapshot& host)
{
    return host.namespaces.front();
}

// The article's host before anything is done to it: br-lan with the NIC eno1 as its port, no
// firewall, Docker running.
inline model::Snapshot article_host()
{
    model::Snapshot host{.namespaces = {{.name = "host"}}};
    netns(host).links = {
        {.index = 1, .name = "lo", .mtu = 65536, .up = true, .loopback = true},
        {.index = 2,
         .name = "br-lan",
         .kind = "bridge",
         .mtu = 1500,
         .up = true,
         .carrier = true,
         .ethernet = true,
         .bridge = model::Bridge{}},
        {.index = 3,
         .name = "eno1",
         .mac = mac("02:00:00:00:00:01"),
         .mtu = 1500,
         .up = true,
         .carrier = true,
         .ethernet = true,
         .master = 2,
         .master_kind = "bridge"},
    };
    netns(host).addresses = {{.link = 2, .local = interface_address("192.168.137.250/24")}};
    netns(host).sysctls = {{"net.ipv6.conf.default.disable_ipv6", "0"}};
    host.docker = model::DockerEngine{.version = "28.5.2", .firewall_backend = "iptables"};
    return host;
}

// A host whose LAN is on the NIC eno1 itself, with a default route; eth9 leads elsewhere.
inline model::Snapshot nic_host()
{
    model::Snapshot host = article_host();
    std::erase_if(netns(host).links, [](const model::Link& link) { return link.name == "br-lan"; });
    netns(host).links.back().master = 0;
    netns(host).links.back().master_kind.clear();
    netns(host).links.push_back(
        {.index = 9, .name = "eth9", .mtu = 1500, .up = true, .carrier = true, .ethernet = true});
    netns(host).addresses = {{.link = 3, .local = interface_address("192.168.137.250/24")}};
    netns(host).routes = {{.destination = prefix("0.0.0.0/0"),
                           .protocol = 3,
                           .gateway = ip("192.168.137.245"),
                           .link = 3},
                          {.destination = prefix("192.168.137.0/24"), .protocol = 2, .link = 3}};
    return host;
}

inline model::Lan lan137(model::AttachMode mode = model::AttachMode::docker_bridge)
{
    return {.name = "lan137",
            .uplink = {.bridge = "br-lan"},
            .attach = mode,
            .ipv4 = {.subnet = prefix("192.168.137.0/24"),
                     .gateway = ip("192.168.137.245"),
                     .pool = *net::AddressRange::parse("192.168.137.192/28")}};
}

// One more object of the table `inet TABLE` in nft's listing.
inline void add_to_nft(model::Snapshot& host,
                       const std::string& kind,
                       const std::string& table,
                       nlohmann::json object)
{
    object["family"] = "inet";
    object["table"] = table;
    netns(host).nftables.objects.edit().push_back(
        model::NftObject(nlohmann::json{{kind, std::move(object)}}));
}

// br_netfilter is loaded and Docker's FORWARD chain drops by policy.
inline void drop_bridged_frames(model::Snapshot& host)
{
    netns(host).sysctls["net.bridge.bridge-nf-call-iptables"] = "1";
    netns(host).sysctls["net.bridge.bridge-nf-call-ip6tables"] = "1";
    model::XtablesRuleset ruleset{.backend = model::XtablesBackend::nft,
                                  .family = net::Family::ipv4};
    ruleset.tables["filter"]["FORWARD"] =
        model::XtablesChain{.policy = "DROP", .rules = {{.words = {"-j", "DOCKER-USER"}}}};
    ruleset.tables["filter"]["DOCKER-USER"] = model::XtablesChain{.policy = "-", .rules = {}};
    netns(host).xtables = {ruleset};
}

} // namespace onlan::plan
