#include "plan/export/rules.hpp"

#include <fmt/format.h>

#include "base/append_format.hpp"
#include "model/policy_rule.hpp"
#include "plan/changes/ip_words.hpp"

namespace onlan::plan {
namespace {

using model::PolicyRule;
namespace rule_action = model::rule_action;

std::string dashed(const model::NumberRange& range)
{
    return fmt::format("{}-{}", range.first, range.last);
}

bool has_whole_mask(const PolicyRule& rule)
{
    return !rule.mark || rule.mark->mask == model::MaskedMark{}.mask;
}

// RoutingPolicyRule's keys, of systemd 248 and newer.
bool networkd_can(const PolicyRule& rule)
{
    return rule.action != rule_action::go_to && rule.action != rule_action::nop && !rule.l3mdev &&
           !rule.realms;
}

// netplan wants one of the addresses, and knows no interface.
bool netplan_can(const PolicyRule& rule)
{
    PolicyRule known{.family = rule.family,
                     .priority = rule.priority,
                     .from = rule.from,
                     .to = rule.to,
                     .tos = rule.tos,
                     .mark = rule.mark,
                     .table = rule.table,
                     .protocol = rule.protocol};
    return rule == known && (rule.from || rule.to) && has_whole_mask(rule);
}

std::string_view networkd_type(std::uint8_t action)
{
    switch (action) {
    case rule_action::blackhole:
        return "blackhole";
    case rule_action::unreachable:
        return "unreachable";
    case rule_action::prohibit:
        return "prohibit";
    default:
        return {};
    }
}

std::string networkd_rule(const PolicyRule& rule)
{
    std::string text = "\n[RoutingPolicyRule]\n";
    append_format(text, "Family={}\nPriority={}\n",
                  rule.family == net::Family::ipv4 ? "ipv4" : "ipv6", rule.priority);
    if (rule.invert)
        append_format(text, "InvertRule=yes\n");
    if (rule.from)
        append_format(text, "From={}\n", rule.from->to_string());
    if (rule.to)
        append_format(text, "To={}\n", rule.to->to_string());
    if (rule.tos != 0)
        append_format(text, "TypeOfService={}\n", rule.tos);
    if (rule.mark)
        append_format(text, "FirewallMark={}/{}\n", rule.mark->value, rule.mark->mask);
    if (!rule.input_interface.empty())
        append_format(text, "IncomingInterface={}\n", rule.input_interface);
    if (!rule.output_interface.empty())
        append_format(text, "OutgoingInterface={}\n", rule.output_interface);
    if (rule.uids)
        append_format(text, "User={}\n", dashed(*rule.uids));
    if (rule.ip_protocol != 0)
        append_format(text, "IPProtocol={}\n", rule.ip_protocol);
    if (rule.source_ports)
        append_format(text, "SourcePort={}\n", dashed(*rule.source_ports));
    if (rule.destination_ports)
        append_format(text, "DestinationPort={}\n", dashed(*rule.destination_ports));
    if (rule.suppress_prefixlength)
        append_format(text, "SuppressPrefixLength={}\n", *rule.suppress_prefixlength);
    if (rule.suppress_ifgroup)
        append_format(text, "SuppressInterfaceGroup={}\n", *rule.suppress_ifgroup);
    if (rule.action == rule_action::lookup)
        append_format(text, "Table={}\n", rule.table);
    else
        append_format(text, "Type={}\n", networkd_type(rule.action));
    return text;
}

std::string netplan_rule(const PolicyRule& rule)
{
    std::string text;
    append_format(text, "        - priority: {}\n", rule.priority);
    if (rule.from)
        append_format(text, "          from: {}\n", rule.from->to_string());
    if (rule.to)
        append_format(text, "          to: {}\n", rule.to->to_string());
    if (rule.mark)
        append_format(text, "          mark: {}\n", rule.mark->value);
    if (rule.tos != 0)
        append_format(text, "          type-of-service: {}\n", rule.tos);
    append_format(text, "          table: {}\n", rule.table);
    return text;
}

Result<std::string> command(const model::Rule& rule)
{
    ONLAN_TRY(const Argv words, rule_words(rule));
    return fmt::format("ip {} rule add {}", rule.family == net::Family::ipv4 ? "-4" : "-6",
                       fmt::join(words, " "));
}

} // namespace

Result<std::string> networkd_rules(const std::vector<model::Rule>& rules)
{
    std::string text;
    for (const model::Rule& rule : rules) {
        ONLAN_TRY(const PolicyRule read, whole_policy_rule(rule));
        if (networkd_can(read)) {
            text += networkd_rule(read);
            continue;
        }
        ONLAN_TRY(const std::string by_hand, command(rule));
        append_format(text, "\n# systemd-networkd cannot express this one:\n# {}\n", by_hand);
    }
    return text;
}

Result<std::string> netplan_rules(const std::vector<model::Rule>& rules)
{
    std::string expressed;
    std::string others;
    for (const model::Rule& rule : rules) {
        ONLAN_TRY(const PolicyRule read, whole_policy_rule(rule));
        if (netplan_can(read)) {
            expressed += netplan_rule(read);
            continue;
        }
        ONLAN_TRY(const std::string by_hand, command(rule));
        append_format(others,
                      "      # netplan cannot express this rule; add it at boot:\n      # {}\n",
                      by_hand);
    }
    return (expressed.empty() ? expressed : "      routing-policy:\n" + expressed) + others;
}

} // namespace onlan::plan
