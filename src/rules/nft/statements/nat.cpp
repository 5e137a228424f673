#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "net/protocols.hpp"
#include "rules/machine/reading.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// Where a range of constants begins and ends; anything else is both.
struct Ends {
    Expression first;
    std::optional<Expression> last;
    bool with_port = false; // `dnat to … map { … : 10.0.0.2 . 80 }`
};

Result<Ends> ends_of(const Json& json, Datatype datatype, const Scope& scope, Draft& draft)
{
    if (find_member(json, "range") != nullptr || find_member(json, "prefix") != nullptr) {
        ONLAN_TRY(const Interval range, interval(json, datatype, scope.devices));
        return Ends{.first = {.source = range.first}, .last = Expression{.source = range.last}};
    }
    ONLAN_TRY(Operand operand, operand_or_constant(json, datatype, scope));
    add_needs(operand, draft);
    Ends ends{.first = operand.parts.front(),
              .last = std::nullopt,
              .with_port = operand.parts.size() > 1};
    if (auto* lookup = std::get_if<MapLookup>(&ends.first.source)) {
        MapLookup last = *lookup;
        last.last = true;
        ends.last = Expression{.source = std::move(last)};
    }
    return ends;
}

// The port that comes with an address.
std::optional<Expression> port_in(const Expression& address)
{
    const auto* lookup = std::get_if<MapLookup>(&address.source);
    if (lookup == nullptr)
        return std::nullopt;
    MapLookup port = *lookup;
    port.part = 1;
    return Expression{.source = std::move(port)};
}

NatKind kind_of(const std::string& name, bool prefix)
{
    if (name == "snat")
        return prefix ? NatKind::netmap_source : NatKind::source;
    if (name == "dnat")
        return prefix ? NatKind::netmap_destination : NatKind::destination;
    if (name == "masquerade")
        return NatKind::masquerade;
    return NatKind::redirect;
}

// What a rule in a table of both families is for.
std::optional<net::Family> family_of(const Json& json)
{
    const std::string family = optional_text(json, "family");
    if (family.empty())
        return {};
    return family == "ip6" ? net::Family::ipv6 : net::Family::ipv4;
}

Result<> add_nat(const std::string& name, const Json& json, const Scope& scope, Draft& draft)
{
    const std::vector<std::string> flags = texts(find_member(json, "flags"));
    const std::vector<std::string> type_flags = texts(find_member(json, "type_flags"));
    const auto has = [](const std::vector<std::string>& all, std::string_view flag) {
        return std::ranges::find(all, flag) != all.end();
    };
    Translate translate{.random = has(flags, "random") || has(flags, "fully-random"),
                        .persistent = has(flags, "persistent")};
    const Json* address = find_member(json, "addr");
    const bool prefix = has(type_flags, "prefix") ||
                        (address != nullptr && find_member(*address, "prefix") != nullptr);
    translate.kind = kind_of(name, prefix);
    if (address != nullptr) {
        ONLAN_TRY(Ends ends, ends_of(*address, Datatype::address, scope, draft));
        if (ends.with_port) {
            translate.first_port = port_in(ends.first);
            if (ends.last)
                translate.last_port = port_in(*ends.last);
        }
        translate.first_address = std::move(ends.first);
        translate.last_address = std::move(ends.last);
    }
    if (const Json* port = find_member(json, "port")) {
        ONLAN_TRY(Ends ends, ends_of(*port, Datatype::inet_service, scope, draft));
        translate.first_port = std::move(ends.first);
        translate.last_port = std::move(ends.last);
    }
    translate.family = family_of(json);
    // nft_nat_init()
    draft.conntrack_of = translate.family;
    draft.needs_conntrack = draft.needs_conntrack || !translate.family;
    draft.add(OtherStep(std::move(translate)));
    return {};
}

Result<> add_tproxy(const std::string& /*name*/, const Json& json, const Scope& scope, Draft& draft)
{
    DivertToSocket divert;
    if (const Json* address = find_member(json, "addr")) {
        ONLAN_TRY(Operand operand, operand_or_constant(*address, Datatype::address, scope));
        divert.address = std::move(operand.parts.front());
    }
    if (const Json* port = find_member(json, "port")) {
        ONLAN_TRY(Operand operand, operand_or_constant(*port, Datatype::inet_service, scope));
        divert.port = std::move(operand.parts.front());
    }
    // nft_tproxy_eval() ends the rule.
    if (const auto family = family_of(json))
        draft.add_number(Field::nfproto,
                         *family == net::Family::ipv4 ? net::kNfprotoIpv4 : net::kNfprotoIpv6);
    draft.add(OtherStep(std::move(divert)));
    return {};
}

std::string nat_words(const std::string& name, const Json& nat)
{
    std::string text = name;
    if (const std::string family = optional_text(nat, "family"); !family.empty())
        text += " " + family;
    const Json* address = find_member(nat, "addr");
    const Json* port = find_member(nat, "port");
    if (address != nullptr || port != nullptr)
        text += " to ";
    if (address != nullptr) {
        const std::string written = words(*address);
        const bool brackets = port != nullptr && written.find(':') != std::string::npos;
        text += brackets ? fmt::format("[{}]", written) : written;
    }
    if (port != nullptr)
        text += ":" + words(*port);
    const std::vector<std::string> flags = texts(find_member(nat, "flags"));
    return flags.empty() ? text : fmt::format("{} {}", text, fmt::join(flags, ","));
}

} // namespace

std::span<const Statement> nat()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"snat", add_nat, nat_words},
        {"dnat", add_nat, nat_words},
        {"masquerade", add_nat, nat_words},
        {"redirect", add_nat, nat_words},
        {"tproxy", add_tproxy, nat_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
