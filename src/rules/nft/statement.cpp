#include "rules/nft/statement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"

namespace onlan::rules::nft {

const Statement* find_statement(std::string_view name)
{
    for (statements::Rows* file : statements::kFiles) {
        const std::span<const Statement> rows = file();
        const auto row = std::ranges::find(rows, name, &Statement::name);
        if (row != rows.end())
            return &*row;
    }
    return nullptr;
}

Result<> add_statement(const Json& json, const Scope& scope, Draft& draft)
{
    // nft 1.0.5 and older print no more than null of what is iptables' own; `log` and `notrack`
    // without arguments are texts in some versions.
    const auto* text = json.get_ptr<const std::string*>();
    const std::string own = json.is_null() ? "xt" : text == nullptr ? "" : *text;
    const std::string* name = own.empty() ? only_name(json) : &own;
    if (name == nullptr)
        return not_understood(fmt::format("{} is not a statement", shown(json)));
    const Statement* statement = find_statement(*name);
    if (statement == nullptr)
        return not_understood(fmt::format("the statement {} is not known", *name));
    return statement->add(*name, own.empty() ? json.begin().value() : Json(), scope, draft);
}

void add_needs(const Operand& operand, Draft& draft)
{
    for (const CompareExpression& need : operand.needs)
        draft.add_comparison(need);
    draft.needs_conntrack = draft.needs_conntrack || operand.conntrack;
}

void add_within_limit(std::string_view name, const Json& inner, Draft& draft)
{
    draft.needs_conntrack = draft.needs_conntrack || name == "ct count"; // nft_connlimit_do_init()
    if (!inner.is_object()) { // the name of an object, which may be the limit of others, too
        draft.add(
            OtherStep(Maybe{.yes = fmt::format("the {} lets the packet match", name),
                            .no = fmt::format("the {} does not let the packet match", name)}));
        return;
    }
    const Json* over = find_member(inner, "inv");
    draft.add(OtherStep(Presumed{.holds = over == nullptr || *over != true,
                                 .why = fmt::format("the {} is not exceeded", name)}));
}

} // namespace onlan::rules::nft
