#include "plan/export/links.hpp"

#include <algorithm>

#include "model/policy_rule.hpp"
#include "plan/attach/lan_changes.hpp"
#include "plan/uplink/load.hpp"

namespace onlan::plan {
namespace {

// include/uapi/linux/rtnetlink.h; this layer includes no system header.

void take_over(ExportedUplink& exported, const model::Link& link, const model::Host& host)
{
    for (const model::Address& address : moving_addresses(link, host)) {
        const bool ipv6 = address.local.address.family() == net::Family::ipv6;
        if (address.valid == model::kForever)
            exported.addresses.push_back(address);
        else
            (ipv6 ? exported.ipv6_ra : exported.dhcp4) = true;
    }
    for (const model::Route& route : moving_routes(link, host)) {
        if (route.protocol != model::kProtocolDhcp && route.protocol != model::kProtocolRa)
            exported.routes.push_back(route);
    }
}

bool is_of(const ExportedUplink& exported, const model::Rule& rule)
{
    const auto names = [&](const std::string& link) {
        return rule.input_interface == link || rule.output_interface == link;
    };
    if (names(exported.uplink.bridge) || std::ranges::any_of(exported.uplink.ports, names))
        return true;
    const model::PolicyRule read = policy_rule_from(rule);
    return read.action == model::rule_action::lookup &&
           std::ranges::any_of(exported.routes, [&](const model::Route& route) {
               return route.table == read.table && route.table != model::kTableMain;
           });
}

void take_over_rules(ExportedUplink& exported, const model::Host& host)
{
    for (model::Rule rule : host.netns.policy_rules) {
        if (!is_of(exported, rule))
            continue;
        for (std::string* name : {&rule.input_interface, &rule.output_interface}) {
            if (std::ranges::find(exported.uplink.ports, *name) != exported.uplink.ports.end())
                *name = exported.uplink.bridge;
        }
        exported.rules.push_back(std::move(rule));
    }
}

ExportedUplink exported_uplink(const model::Uplink& uplink, const model::Host& host)
{
    ExportedUplink exported{.uplink = uplink};
    const auto add = [&](const std::string& name) {
        const model::Link* link = host.netns.find_link(name);
        if (link == nullptr)
            return;
        if (!exported.mac)
            exported.mac = link->mac;
        if (exported.mtu == 0)
            exported.mtu = link->mtu;
        take_over(exported, *link, host);
    };
    add(uplink.bridge);
    for (const std::string& port : uplink.ports)
        add(port);
    take_over_rules(exported, host);
    return exported;
}

} // namespace

ExportedLinks exported_links(const model::Intent& intent, const model::Host& host)
{
    ExportedLinks exported;
    const Ledger nothing;
    for (const model::Lan& lan : intent.lans) {
        const bool seen =
            std::ranges::any_of(exported.made_uplinks, [&](const ExportedUplink& other) {
                return other.uplink == lan.uplink;
            });
        if (!seen && !lan.uplink.ports.empty())
            exported.made_uplinks.push_back(exported_uplink(lan.uplink, host));

        ExportedLan links{.name = lan.name, .uplink_bridge = lan.uplink.bridge};
        for (const Change& change : lan_changes(lan, {.intent = intent,
                                                      .host = host,
                                                      .ledger = nothing,
                                                      .lans = {},
                                                      .stage = Stage::before_docker,
                                                      .survey = {}})) {
            if (const auto* cable = std::get_if<CreateVeth>(&change))
                links.cable = *cable;
            else if (const auto* bridge = std::get_if<CreateBridge>(&change))
                links.second_bridge = *bridge;
        }
        exported.lans.push_back(std::move(links));
    }
    return exported;
}

} // namespace onlan::plan
