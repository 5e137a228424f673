#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/machine/symbols.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// Type of service, and traffic class: the upper six bits and the lower two.
std::optional<Operand> dscp_or_ecn(const std::string& protocol, const std::string& name)
{
    if ((protocol != "ip" && protocol != "ip6") || (name != "dscp" && name != "ecn"))
        return std::nullopt;
    const Field field = protocol == "ip" ? Field::ip_tos : Field::ip6_tos;
    Expression part{.source = field};
    if (name == "dscp")
        part.operations = {{.kind = Operation::Kind::right, .operand = Value::of(2)}};
    else
        part.operations = {{.kind = Operation::Kind::bit_and, .operand = Value::of(3)}};
    return Operand{.parts = {part}, .types = {Datatype::dscp}};
}

CompareExpression is(Field field, std::uint64_t number)
{
    return {.left = {.source = field}, .right = {Interval::point(Value::of(number))}};
}

// What is the same in every packet of ours: no IP options, and a version that the family tells.
std::optional<Operand> fixed_field(const std::string& protocol, const std::string& name)
{
    const auto always = [&](std::uint64_t number) {
        return Operand{.parts = {Expression{.source = Value::of(number)}},
                       .types = {Datatype::integer},
                       .needs = {is(Field::protocol, *find_symbol(ether_types(), protocol))}};
    };
    constexpr std::uint64_t kHeaderWords = 5;
    if (protocol == "ip" && name == "version")
        return always(4);
    if (protocol == "ip6" && name == "version")
        return always(6);
    if (protocol == "ip" && name == "hdrlength")
        return always(kHeaderWords);
    return std::nullopt;
}

// A field that the model does not have, of a header that the packet may not have.
Result<Operand> unknown_field(const std::string& protocol, const std::string& name)
{
    Operand operand{.parts = {Expression{.source = Field::unknown}}, .types = {Datatype::other}};
    constexpr auto kLowerLayers = std::to_array<std::string_view>({"ether", "vlan", "th"});
    if (std::ranges::find(kLowerLayers, protocol) != kLowerLayers.end())
        return operand;
    if (protocol == "ip" || protocol == "ip6" || protocol == "arp") {
        operand.needs.push_back(is(Field::protocol, *find_symbol(ether_types(), protocol)));
        return operand;
    }
    const auto number = find_symbol(protocols(), protocol);
    if (!number)
        return not_understood(fmt::format("{} {} is not known", protocol, name));
    operand.needs.push_back(is(Field::l4proto, *number));
    return operand;
}

struct Raw {
    std::string_view base;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    Field ip = Field::unknown;
    Field ip6 = Field::unknown;
};
constexpr auto kRaw = std::to_array<Raw>({
    {"ll", 0, 48, Field::ether_daddr, Field::ether_daddr},
    {"ll", 48, 48, Field::ether_saddr, Field::ether_saddr},
    {"ll", 96, 16, Field::ether_type, Field::ether_type},
    {"nh", 8, 8, Field::ip_tos, Field::unknown},
    {"nh", 16, 16, Field::ip_length, Field::unknown},
    {"nh", 48, 8, Field::unknown, Field::ip6_nexthdr},
    {"nh", 56, 8, Field::unknown, Field::ip6_hoplimit},
    {"nh", 64, 8, Field::ip_ttl, Field::unknown},
    {"nh", 72, 8, Field::ip_protocol, Field::unknown},
    {"nh", 96, 32, Field::ip_saddr, Field::unknown},
    {"nh", 128, 32, Field::ip_daddr, Field::unknown},
    {"nh", 64, 128, Field::unknown, Field::ip6_saddr},
    {"nh", 192, 128, Field::unknown, Field::ip6_daddr},
    {"th", 0, 16, Field::th_sport, Field::th_sport},
    {"th", 16, 16, Field::th_dport, Field::th_dport},
});

// "@nh,96,32": bits of a header. In a table of both families they mean nothing certain.
Operand raw(const Json& json, const std::string& base, const Scope& scope)
{
    const std::uint64_t offset = optional_number(json, "offset");
    const std::uint64_t length = optional_number(json, "len");
    const auto* found = std::ranges::find_if(kRaw, [&](const Raw& one) {
        return one.base == base && one.offset == offset && one.length == length;
    });
    if (found == kRaw.end() || (base == "nh" && scope.family != "ip" && scope.family != "ip6"))
        return Operand::untold();
    return Operand::of(scope.family == "ip6" ? found->ip6 : found->ip);
}

Result<Operand> read_payload(const std::string& /*name*/, const Json& json, const Scope& scope)
{
    if (const std::string base = optional_text(json, "base"); !base.empty())
        return raw(json, base, scope);
    ONLAN_TRY(const std::string protocol, text_member(json, "protocol"));
    ONLAN_TRY(const std::string name, text_member(json, "field"));
    if (auto operand = dscp_or_ecn(protocol, name))
        return *std::move(operand);
    if (auto operand = fixed_field(protocol, name))
        return *std::move(operand);
    if (const auto field = field_named(fmt::format("{} {}", protocol, name)))
        return Operand::of(*field);
    // What a VLAN's header holds is what the frame holds.
    if (protocol == "vlan" && name == "type")
        return Operand::of(Field::ether_type);
    return unknown_field(protocol, name);
}

// "tcp dport", "@th,16,32"
std::string payload_words(const std::string& /*name*/, const Json& payload)
{
    if (const std::string base = optional_text(payload, "base"); !base.empty())
        return fmt::format("@{},{},{}", base, optional_number(payload, "offset"),
                           optional_number(payload, "len"));
    return fmt::format("{} {}", words_of(payload, "protocol"), words_of(payload, "field"));
}

} // namespace

std::span<const ExpressionKind> payload()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"payload", read_payload, payload_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
