#include "rules/nft/statement.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/set.hpp"

namespace onlan::rules::nft {
namespace {

// They decide nothing about where the packet goes.
constexpr auto kHarmlessStatements = std::to_array<std::string_view>(
    {"counter", "log", "comment", "dup", "flow", "ct helper", "ct timeout", "ct expectation",
     "secmark", "last", "reset", "map"});

Result<> add_maybe(std::string what, Draft& draft)
{
    draft.add(OtherStep(Maybe{.yes = fmt::format("the {} lets the packet match", what),
                              .no = fmt::format("the {} does not let the packet match", what)}));
    return {};
}

// The packet leaves this host's hands here: by another device, or into the SYN proxy.
Result<> add_taken_away(std::string what, Draft& draft)
{
    draft.add(OtherStep(Ignored{.what = std::move(what)}));
    draft.add(Decision{.kind = Decision::Kind::drop});
    return {};
}

Result<> add_named(const std::string& name, const Json& inner, const Scope& scope, Draft& draft)
{
    if (name == "match")
        return add_match(inner, scope, draft);
    if (name == "vmap")
        return add_vmap(inner, scope, draft);
    if (name == "mangle")
        return add_mangle(inner, scope, draft);
    if (name == "snat" || name == "dnat" || name == "masquerade" || name == "redirect")
        return add_nat(name, inner, scope, draft);
    if (name == "reject")
        return add_reject(inner, scope, draft);
    if (name == "tproxy")
        return add_tproxy(inner, scope, draft);
    if (name == "set" || name == "meter")
        return add_set_update(inner, draft);
    if (name == "limit" || name == "quota" || name == "ct count")
        return add_maybe(name, draft);
    if (name == "xt")
        return add_xt(inner, draft);
    if (name == "fwd")
        return add_taken_away("that the packet goes on by another device", draft);
    if (name == "synproxy") {
        draft.needs_conntrack = true;
        return add_taken_away("that the SYN proxy answers", draft);
    }
    if (name == "queue") {
        draft.add(OtherStep(Enqueue{}));
        return {};
    }
    if (name == "notrack") {
        draft.add(OtherStep(Notrack{}));
        return {};
    }
    if (std::ranges::find(kHarmlessStatements, name) != kHarmlessStatements.end()) {
        draft.needs_conntrack = draft.needs_conntrack || name.starts_with("ct ") || name == "flow";
        return {};
    }
    return not_understood(fmt::format("the statement {} is not known", name));
}

} // namespace

// `add @set { … limit rate … }`: the packet matches while the element's own limit allows.
Result<> add_set_update(const Json& json, Draft& draft)
{
    const Json* statements = find_member(json, "stmt");
    if (statements == nullptr)
        return {};
    const auto limits = [](const Json& one) {
        return find_member(one, "limit") != nullptr || find_member(one, "quota") != nullptr ||
               find_member(one, "ct count") != nullptr;
    };
    const bool limited =
        statements->is_array() ? std::ranges::any_of(*statements, limits) : limits(*statements);
    return limited ? add_maybe("limit of the element", draft) : Result<>{};
}

Result<> add_statement(const Json& json, const Scope& scope, Draft& draft)
{
    // nft 1.0.5 and older print no more than this of what is iptables' own.
    if (json.is_null())
        return add_xt(json, draft);
    const std::string* name = only_name(json);
    // `log` and `notrack` without arguments are texts in some versions.
    if (const auto* text = json.get_ptr<const std::string*>())
        return add_named(*text, Json(), scope, draft);
    if (name == nullptr)
        return malformed(fmt::format("{} is no statement", shown(json)));
    if (is_verdict(*name)) {
        ONLAN_TRY(const Decision verdict, decision(json, scope));
        draft.add(verdict);
        return {};
    }
    return add_named(*name, json.begin().value(), scope, draft);
}

} // namespace onlan::rules::nft
