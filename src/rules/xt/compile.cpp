#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/harmless_targets.hpp"
#include "rules/machine/reading.hpp"
#include "rules/xt/matches.hpp"
#include "rules/xt/rule.hpp"
#include "rules/xt/targets.hpp"

namespace onlan::rules::xt {
namespace {

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
    return not_understood("nothing of that name is known");
}

void keep_condition(std::string_view what, const Result<>& added, Draft& draft)
{
    if (!added)
        draft.add(OtherStep(
            Maybe{.yes = fmt::format("{} holds, although {}", what, added.error().message),
                  .no = fmt::format("{} does not hold, because {}", what, added.error().message),
                  .understood = false}));
}

void add_base_option(const Option& option, const Scope& scope, Draft& draft)
{
    keep_condition(fmt::format("{}{} {}", option.inverted ? "! " : "", option.name, option.word()),
                   add_base(option, scope, draft), draft);
}

void add_match(const Extension& match, const Scope& scope, Draft& draft)
{
    keep_condition(fmt::format("the match {}", match.name),
                   add_extension(match, scope, matches::kFiles, draft), draft);
}

Decision::Kind verdict_of(std::string_view target)
{
    if (target == "ACCEPT")
        return Decision::Kind::accept;
    if (target == "DROP")
        return Decision::Kind::drop;
    return target == "RETURN" ? Decision::Kind::return_ : Decision::Kind::continue_;
}

void add_target(const ParsedRule& rule, const Scope& scope, Draft& draft)
{
    const std::string& name = rule.target.name;
    const Decision::Kind verdict = verdict_of(name);
    const auto chain = scope.chains.find(name);
    if (name.empty())
        return;
    if (!rule.go_to && verdict != Decision::Kind::continue_)
        return draft.add(Decision{.kind = verdict});
    if (chain != scope.chains.end())
        return draft.add(Decision{.kind = rule.go_to ? Decision::Kind::go_to : Decision::Kind::jump,
                                  .chain = chain->second});
    if (rule.go_to)
        return draft.add(OtherStep(Unknown{fmt::format("there is no chain {}", name)}));
    Draft own = draft;
    const auto added = add_extension(rule.target, scope, targets::kFiles, own);
    if (added)
        draft = std::move(own);
    else if (!is_harmless_target(name))
        draft.add(
            OtherStep(Unknown{fmt::format("the target {}: {}", name, added.error().message)}));
}

} // namespace

Draft compile(const ParsedRule& rule, const Scope& scope)
{
    Draft draft;
    for (const Option& option : rule.base)
        add_base_option(option, scope, draft);
    for (const Extension& match : rule.matches)
        add_match(match, scope, draft);
    add_target(rule, scope, draft);
    return draft;
}

} // namespace onlan::rules::xt
