#include "rules/nft/verdict.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft {
namespace {

constexpr auto kVerdicts = std::to_array<std::pair<std::string_view, Decision::Kind>>({
    {"accept", Decision::Kind::accept},
    {"drop", Decision::Kind::drop},
    {"continue", Decision::Kind::continue_},
    {"return", Decision::Kind::return_},
    {"jump", Decision::Kind::jump},
    {"goto", Decision::Kind::go_to},
});

Result<Decision> decision_of(const std::string& name, const Json& inner, const Scope& scope)
{
    const auto* verdict =
        std::ranges::find(kVerdicts, name, &decltype(kVerdicts)::value_type::first);
    if (verdict == kVerdicts.end())
        return not_understood(fmt::format("{} is not a known verdict", name));
    if (verdict->second != Decision::Kind::jump && verdict->second != Decision::Kind::go_to)
        return Decision{.kind = verdict->second};
    ONLAN_TRY(const std::string target, text_member(inner, "target"));
    const auto chain = scope.declared.chains.find(target);
    if (chain == scope.declared.chains.end())
        return not_understood(fmt::format("{} to the chain {}, which does not exist in table {}",
                                          name, target, scope.table));
    return Decision{.kind = verdict->second, .chain = chain->second};
}

Result<> add_verdict(const std::string& name, const Json& inner, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const Decision verdict, decision_of(name, inner, scope));
    draft.add(verdict);
    return {};
}

} // namespace

Result<Decision> decision(const Json& json, const Scope& scope)
{
    const std::string* name = only_name(json);
    if (name == nullptr)
        return not_understood(fmt::format("{} is not a known verdict", shown(json)));
    return decision_of(*name, json.begin().value(), scope);
}

std::span<const Statement> statements::verdict()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"accept", add_verdict},
        {"drop", add_verdict},
        {"continue", add_verdict},
        {"return", add_verdict},
        {"jump", add_verdict},
        {"goto", add_verdict},
    });
    return kRows;
}

} // namespace onlan::rules::nft
