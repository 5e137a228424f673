#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

struct Written {
    std::string_view expression; // "meta"…
    std::string_view header;     // of payload
    std::string_view name;
    Target target = Target::mark;
};
constexpr auto kTargets = std::to_array<Written>({
    {"meta", "", "mark", Target::mark},
    {"meta", "", "priority", Target::priority},
    {"meta", "", "pkttype", Target::pkttype},
    {"meta", "", "broute", Target::broute},
    {"ct", "", "mark", Target::ct_mark},
    {"ct", "", "zone", Target::zone},
    {"tcp option", "", "maxseg", Target::mss},
    {"payload", "ip", "ttl", Target::ttl},
    {"payload", "ip6", "hoplimit", Target::ttl},
    {"payload", "ip", "saddr", Target::source},
    {"payload", "ip6", "saddr", Target::source},
    {"payload", "ip", "daddr", Target::destination},
    {"payload", "ip6", "daddr", Target::destination},
    {"payload", "ether", "saddr", Target::source_mac},
    {"payload", "ether", "daddr", Target::destination_mac},
    {"payload", "tcp", "sport", Target::source_port},
    {"payload", "udp", "sport", Target::source_port},
    {"payload", "th", "sport", Target::source_port},
    {"payload", "tcp", "dport", Target::destination_port},
    {"payload", "udp", "dport", Target::destination_port},
    {"payload", "th", "dport", Target::destination_port},
});

constexpr Value kDscpBits = Value::of(0xFC);
constexpr Value kEcnBits = Value::of(3);

std::optional<Assign> dscp_or_ecn(std::string_view name, Expression value)
{
    if (name == "dscp") {
        value.operations.push_back({.kind = Operation::Kind::left, .operand = Value::of(2)});
        return Assign{.target = Target::tos, .keep = ~kDscpBits, .value = std::move(value)};
    }
    if (name == "ecn")
        return Assign{.target = Target::tos, .keep = ~kEcnBits, .value = std::move(value)};
    return std::nullopt;
}

// `meta mark set …`, `ct mark set …`, `ip dscp set …`
Result<> add_mangle(const std::string& /*name*/, const Json& json, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const Json* key, member(json, "key"));
    ONLAN_TRY(const Json* value_json, member(json, "value"));
    const std::string* expression = only_name(*key);
    if (expression == nullptr)
        return not_understood(fmt::format("not something that can be set: {}", shown(*key)));
    const Json& inner = key->begin().value();
    const std::string header = optional_text(inner, "protocol");
    const bool option = *expression == "tcp option";
    const std::string name = optional_text(inner, *expression == "payload" ? "field"
                                                  : option                 ? "name"
                                                                           : "key");
    if (*expression == "ct")
        draft.needs_conntrack = true;
    // Nothing that decides where a packet goes.
    if (name == "nftrace" || name == "secmark" || name == "label" || name == "event" ||
        (option && name != "maxseg") || *expression == "exthdr")
        return {};
    ONLAN_TRY(const Operand left, operand(*key, scope));
    ONLAN_TRY(Operand value, operand_or_constant(*value_json, left.types.front(), scope));
    add_needs(left, draft);
    add_needs(value, draft);
    // A header that the packet does not have cannot be written.
    if (*expression == "payload")
        draft.add_comparison(
            {.left = left.parts.front(), .right = {Interval{.first = {}, .last = kAllOnes}}});
    if (auto assign = dscp_or_ecn(name, value.parts.front())) {
        draft.add(OtherStep(*std::move(assign)));
        return {};
    }
    const auto* found = std::ranges::find_if(kTargets, [&](const Written& one) {
        return one.expression == *expression && one.header == header && one.name == name;
    });
    if (found == kTargets.end())
        return not_understood(fmt::format("setting {} is not known", shown(*key)));
    Target target = found->target;
    const std::string direction = optional_text(inner, "dir");
    if (target == Target::zone && !direction.empty())
        target = direction == "original" ? Target::zone_original : Target::zone_reply;
    draft.add(OtherStep(Assign{.target = target, .value = std::move(value.parts.front())}));
    return {};
}

std::string mangle_words(const std::string& /*name*/, const Json& mangle)
{
    return fmt::format("{} set {}", words_of(mangle, "key"), words_of(mangle, "value"));
}

} // namespace

std::span<const Statement> mangle()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"mangle", add_mangle, mangle_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
