// `ip rule`

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/routing_words.hpp"
#include "formats/text/words.hpp"
#include "model/policy_rule.hpp"
#include "net/protocols.hpp"

namespace onlan::formats::text::forms {
namespace {

constexpr auto kActions =
    std::to_array<NamedNumber>({{"blackhole", model::rule_action::blackhole},
                                {"unreachable", model::rule_action::unreachable},
                                {"prohibit", model::rule_action::prohibit},
                                {"nop", model::rule_action::nop}});

// "80", "80-90"
std::optional<model::NumberRange> range_in(std::string_view text)
{
    const std::size_t dash = std::min(text.find('-'), text.size());
    const auto first = parse_number<std::uint32_t>(text.substr(0, dash));
    const auto last =
        parse_number<std::uint32_t>(dash == text.size() ? text : text.substr(dash + 1));
    if (!first || !last)
        return {};
    return model::NumberRange{.first = *first, .last = *last};
}

// "0x1/0xff"
std::optional<model::MaskedMark> mark_in(std::string_view text)
{
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto value = parse_prefixed_number<std::uint32_t>(text.substr(0, slash));
    if (!value)
        return {};
    model::MaskedMark mark{.value = *value};
    if (slash != text.size())
        mark.mask =
            parse_prefixed_number<std::uint32_t>(text.substr(slash + 1)).value_or(mark.mask);
    return mark;
}

// "all" selects nothing.
std::optional<net::Prefix> selector_in(std::string_view text, net::Family family)
{
    return text.empty() || text == "all" ? std::nullopt : destination_in(text, family);
}

std::optional<model::PolicyRule> rule_in(std::string_view line, net::Family family)
{
    const std::size_t colon = line.find(':');
    const auto priority = parse_number<std::uint32_t>(line.substr(0, colon));
    if (colon == std::string_view::npos || !priority)
        return {};
    Words words(line.substr(colon + 1));
    model::PolicyRule rule{.family = family, .priority = *priority};
    rule.invert = words.take("not");
    rule.from = selector_in(words.after("from"), family);
    rule.to = selector_in(words.after("to"), family);
    rule.input_interface = words.after("iif");
    rule.output_interface = words.after("oif");
    rule.tos = words.number_after<std::uint8_t>("tos").value_or(0);
    rule.mark = mark_in(words.after("fwmark"));
    rule.ip_protocol = number_for<std::uint8_t>(words.after("ipproto"), net::kProtocolNames, 0);
    rule.source_ports = range_in(words.after("sport"));
    rule.destination_ports = range_in(words.after("dport"));
    rule.uids = range_in(words.after("uidrange"));
    rule.l3mdev = words.has("[l3mdev-table]") || words.has("l3mdev");
    rule.table = rule.l3mdev ? 0 : table_for(words.after("lookup"), 0);
    rule.suppress_prefixlength = words.number_after<std::uint32_t>("suppress_prefixlength");
    rule.suppress_ifgroup = words.number_after<std::uint32_t>("suppress_ifgroup");
    rule.protocol =
        number_for<std::uint8_t>(words.after("proto"), model::kRouteProtocols, rule.protocol);
    for (const NamedNumber& action : kActions) {
        if (words.has(action.name))
            rule.action = static_cast<std::uint8_t>(action.number);
    }
    if (const auto target = words.number_after<std::uint32_t>("goto")) {
        rule.action = model::rule_action::go_to;
        rule.target = *target;
    }
    if (!words.has("from") && !words.has("lookup"))
        return {};
    return rule;
}

// Of IPv6 where a rule says so, or the command does.
net::Family family_of_rules(const Excerpt& excerpt)
{
    if (excerpt.asked("-6"))
        return net::Family::ipv6;
    for (const Line& line : excerpt.lines) {
        const Words words(line.text);
        for (const std::string_view key : {"from", "to"}) {
            const std::string_view text = words.after(key);
            if (const auto address = value_of<net::IpAddress>(text.substr(0, text.find('/'))))
                return address->family();
        }
    }
    return net::Family::ipv4;
}

void read_rules(const Excerpt& excerpt, Paste& paste)
{
    Part& part = paste.part(excerpt);
    const net::Family family = family_of_rules(excerpt);
    for (const Line& line : excerpt.lines) {
        if (const auto rule = rule_in(line.text, family))
            part.netns.policy_rules.push_back(model::rule_from(*rule));
        else
            paste.not_used(line, "not a line of `ip rule`");
    }
    part.told.insert(family == net::Family::ipv4 ? Topic::policy_rules : Topic::policy_rules6);
}

bool asks_rules(const Command& command)
{
    return is_ip(command, "rule") && !is_ip(command, "route");
}

bool begins_rules(std::string_view line)
{
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos && parse_number<unsigned>(line.substr(0, colon)) &&
           Words(line.substr(colon + 1)).has("lookup");
}

} // namespace

std::span<const Form> ip_rule()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"ip rule", asks_rules, begins_rules, read_rules}});
    return kRows;
}

} // namespace onlan::formats::text::forms
