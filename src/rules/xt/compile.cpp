#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/harmless_targets.hpp"
#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/rule.hpp"
#include "rules/xt/targets.hpp"

namespace onlan::rules::xt {
namespace {

// What is not understood stays as a step that says so.
Result<> add_extension(const Extension& extension,
                       const Scope& scope,
                       std::span<Rows* const> files,
                       Draft& draft)
{
    for (Rows* file : files) {
        const std::span<const ExtensionKind> rows = file();
        const auto row = std::ranges::find(rows, extension.name, &ExtensionKind::name);
        if (row != rows.end())
            return row->add(extension, scope, draft);
    }
    return not_understood(fmt::format("{} is not known", extension.name));
}

Result<> add_match(const Extension& match, const Scope& scope, Draft& draft)
{
    auto added = add_extension(match, scope, matches::kFiles, draft);
    if (added || !is_not_understood(added.error()))
        return added;
    draft.add(OtherStep(Maybe{
        .yes = fmt::format("the match {} holds, although {}", match.name, added.error().message),
        .no = fmt::format("the match {} does not hold, because {}", match.name,
                          added.error().message),
        .understood = false}));
    return {};
}

Result<> add_jump(const ParsedRule& rule, const Scope& scope, Draft& draft)
{
    const auto chain = scope.chains.find(rule.target.name);
    if (chain == scope.chains.end())
        return malformed(
            fmt::format("a jump to the chain {}, which does not exist", rule.target.name));
    draft.add(Decision{.kind = rule.go_to ? Decision::Kind::go_to : Decision::Kind::jump,
                       .chain = chain->second});
    return {};
}

Result<> add_target(const ParsedRule& rule, const Scope& scope, Draft& draft)
{
    const std::string& name = rule.target.name;
    if (name.empty())
        return {};
    if (name == "ACCEPT") {
        draft.add(Decision{.kind = Decision::Kind::accept});
    } else if (name == "DROP") {
        draft.add(Decision{.kind = Decision::Kind::drop});
    } else if (name == "RETURN") {
        draft.add(Decision{.kind = Decision::Kind::return_});
    } else if (rule.go_to || scope.chains.contains(name)) {
        return add_jump(rule, scope, draft);
    } else {
        auto added = add_extension(rule.target, scope, targets::kFiles, draft);
        if (added || !is_not_understood(added.error()))
            return added;
        if (!is_harmless_target(name))
            draft.add(OtherStep(
                Ignored{.what = fmt::format("the target {} ({})", name, added.error().message),
                        .understood = false}));
    }
    return {};
}

} // namespace

Result<Draft> compile(const ParsedRule& rule, const Scope& scope)
{
    Draft draft;
    for (const Option& option : rule.base)
        ONLAN_CHECK(add_base(option, scope, draft));
    for (const Extension& match : rule.matches)
        ONLAN_CHECK(add_match(match, scope, draft));
    ONLAN_CHECK(add_target(rule, scope, draft));
    return draft;
}

} // namespace onlan::rules::xt
