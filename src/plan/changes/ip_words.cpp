#include "plan/changes/ip_words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "model/policy_rule.hpp"
#include "net/netlink_attributes.hpp"

namespace onlan::plan {
namespace {

using model::PolicyRule;
using model::RouteType;
namespace rule_action = model::rule_action;

// RTAX_*: a word of ip-route(8) for each metric, by number; empty where there is none.
constexpr std::array<std::string_view, 18> kMetrics = {
    "",         "",        "mtu",      "window",     "rtt",      "rttvar",
    "ssthresh", "cwnd",    "advmss",   "reordering", "hoplimit", "initcwnd",
    "",         "rto_min", "initrwnd", "quickack",   "",         "fastopen_no_cookie"};
constexpr std::uint16_t kMetricLock = 1;        // RTAX_LOCK: a bit for each locked metric
constexpr std::uint16_t kMetricFeatures = 12;   // RTAX_FEATURES
constexpr std::uint16_t kMetricCongestion = 16; // RTAX_CC_ALGO
constexpr std::uint32_t kFeatureEcn = 1;        // RTAX_FEATURE_ECN

std::string lifetime(std::uint32_t seconds)
{
    return seconds == model::kForever ? "forever" : std::to_string(seconds);
}

Failure no_words(const model::Route& route, std::string_view what)
{
    return fail(Failed::missing_feature,
                fmt::format("the route to {} has {}, which ip-route(8) cannot express",
                            route.destination.to_string(), what));
}

Result<> append_metric(Argv& words,
                       const model::Route& route,
                       const net::Attribute& metric,
                       std::uint32_t locks)
{
    if (metric.type() == kMetricCongestion) {
        append(words, {"congctl", std::string(metric.text())});
        return {};
    }
    const auto value = metric.as<std::uint32_t>();
    if (metric.type() == kMetricFeatures && value == kFeatureEcn) {
        append(words, {"features", "ecn"});
        return {};
    }
    if (!value || metric.type() >= kMetrics.size() || kMetrics[metric.type()].empty())
        return no_words(route, fmt::format("metric {}", metric.type()));
    words.emplace_back(kMetrics[metric.type()]);
    if ((locks & 1U << metric.type()) != 0)
        words.emplace_back("lock");
    words.push_back(std::to_string(*value));
    return {};
}

Result<> append_metrics(Argv& words, const model::Route& route)
{
    std::uint32_t locks = 0;
    std::vector<net::Attribute> metrics;
    ONLAN_CHECK(net::visit_attributes(route.metrics, [&](const net::Attribute& metric) {
        if (metric.type() == kMetricLock)
            locks = metric.value_or<std::uint32_t>(0);
        else
            metrics.push_back(metric);
    }));
    for (const net::Attribute& metric : metrics)
        ONLAN_CHECK(append_metric(words, route, metric, locks));
    return {};
}

// What ip(8) writes when it is not told a scope (iproute2, ip/iproute.c, iproute_modify()).
std::uint8_t default_scope(const model::Route& route)
{
    if (route.type == number(RouteType::local))
        return model::kScopeHost;
    return route.type != number(RouteType::unicast) || !route.gateway ? model::kScopeLink
                                                                      : model::kScopeUniverse;
}

std::string range_words(const model::NumberRange& range)
{
    return range.first == range.last ? std::to_string(range.first)
                                     : fmt::format("{}-{}", range.first, range.last);
}

void append_selector(Argv& words, const PolicyRule& rule)
{
    if (rule.invert)
        words.emplace_back("not");
    append(words, {"from", rule.from ? rule.from->to_string() : "all"});
    if (rule.to)
        append(words, {"to", rule.to->to_string()});
    if (rule.tos != 0)
        append(words, {"tos", fmt::format("{:#x}", rule.tos)});
    if (rule.mark)
        append(words, {"fwmark", fmt::format("{:#x}/{:#x}", rule.mark->value, rule.mark->mask)});
    if (!rule.input_interface.empty())
        append(words, {"iif", rule.input_interface});
    if (!rule.output_interface.empty())
        append(words, {"oif", rule.output_interface});
    if (rule.uids)
        append(words, {"uidrange", fmt::format("{}-{}", rule.uids->first, rule.uids->last)});
    if (rule.ip_protocol != 0)
        append(words, {"ipproto", std::to_string(rule.ip_protocol)});
    if (rule.source_ports)
        append(words, {"sport", range_words(*rule.source_ports)});
    if (rule.destination_ports)
        append(words, {"dport", range_words(*rule.destination_ports)});
}

void append_action(Argv& words, const PolicyRule& rule)
{
    switch (rule.action) {
    case rule_action::lookup:
        if (rule.l3mdev)
            words.emplace_back("l3mdev");
        else
            append(words, {"lookup", std::to_string(rule.table)});
        break;
    case rule_action::go_to:
        append(words, {"goto", std::to_string(rule.target)});
        break;
    case rule_action::nop:
        words.emplace_back("nop");
        break;
    case rule_action::blackhole:
        words.emplace_back("blackhole");
        break;
    case rule_action::unreachable:
        words.emplace_back("unreachable");
        break;
    case rule_action::prohibit:
        words.emplace_back("prohibit");
        break;
    default: // rule_words() has refused it
        break;
    }
    constexpr unsigned kRealmBits = 16;
    constexpr std::uint32_t kRealmMask = 0xFFFF;
    if (rule.realms)
        append(words, {"realms", fmt::format("{}/{}", *rule.realms >> kRealmBits,
                                             *rule.realms & kRealmMask)});
    if (rule.suppress_prefixlength)
        append(words, {"suppress_prefixlength", std::to_string(*rule.suppress_prefixlength)});
    if (rule.suppress_ifgroup)
        append(words, {"suppress_ifgroup", std::to_string(*rule.suppress_ifgroup)});
}

} // namespace

void append(Argv& words, std::initializer_list<std::string> more)
{
    words.insert(words.end(), more);
}

Argv address_key_words(const std::string& link, const model::Address& address)
{
    if (!address.peer)
        return {address.local.to_string(), "dev", link};
    return {address.local.address.to_string(), "peer",
            fmt::format("{}/{}", address.peer->to_string(), address.local.length), "dev", link};
}

Argv address_words(const std::string& link, const model::Address& address)
{
    Argv words = address_key_words(link, address);
    if (address.broadcast)
        append(words, {"broadcast", address.broadcast->to_string()});
    if (address.scope != 0)
        append(words, {"scope", std::to_string(address.scope)});
    if (!address.label.empty() && address.label != link)
        append(words, {"label", address.label});
    if (address.metric != 0)
        append(words, {"metric", std::to_string(address.metric)});
    if (lifetime(address.valid) != "forever")
        append(words, {"valid_lft", lifetime(address.valid), "preferred_lft",
                       lifetime(address.preferred)});
    for (const auto& [word, bit] : model::kAddressFlags) {
        if ((address.flags & bit) != 0)
            words.emplace_back(word);
    }
    return words;
}

Result<Argv> route_words(const std::string& link, const model::Route& route)
{
    if (route.multipath || route.type >= model::kRouteTypes.size())
        return no_words(route, "several next hops, or an unknown type");
    if (route.encapsulated)
        return no_words(route, "an encapsulation");
    const net::Family family = route.destination.family();
    Argv words;
    if (route.type != number(RouteType::unicast))
        words.emplace_back(model::kRouteTypes[route.type]);
    words.push_back(route.destination.length() == 0 ? "default" : route.destination.to_string());
    if (route.tos != 0)
        append(words, {"tos", fmt::format("{:#x}", route.tos)});
    if (route.gateway && route.gateway->family() == family)
        append(words, {"via", route.gateway->to_string()});
    else if (route.gateway)
        append(words, {"via", "inet6", route.gateway->to_string()});
    append(words, {"dev", link});
    if (route.table != model::kTableMain || route.type != number(RouteType::unicast))
        append(words, {"table", std::to_string(route.table)});
    if (route.metric != 0)
        append(words, {"metric", std::to_string(route.metric)});
    if (route.protocol != model::kProtocolBoot)
        append(words, {"proto", std::to_string(route.protocol)});
    if (family == net::Family::ipv4 && route.scope != default_scope(route))
        append(words, {"scope", std::to_string(route.scope)});
    if (route.preferred_source)
        append(words, {"src", route.preferred_source->to_string()});
    if ((route.flags & model::kOnlink) != 0)
        words.emplace_back("onlink");
    ONLAN_CHECK(append_metrics(words, route));
    return words;
}

std::string family_flag(net::Family family)
{
    return family == net::Family::ipv4 ? "-4" : "-6";
}

Result<Argv> rule_words(const model::Rule& rule)
{
    ONLAN_TRY(const PolicyRule read, whole_policy_rule(rule));
    Argv words;
    append_selector(words, read);
    append(words, {"priority", std::to_string(read.priority)});
    if (read.protocol != 0 && read.protocol != model::kProtocolBoot)
        append(words, {"protocol", std::to_string(read.protocol)});
    append_action(words, read);
    return words;
}

} // namespace onlan::plan
