#include <algorithm>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

Result<std::vector<Expression>> value_of(const Json& json, const Scope& scope, Draft& draft)
{
    // With a timeout or a comment it is wrapped.
    const Json* wrapped = find_member(json, "elem");
    const Json* value = wrapped == nullptr ? &json : find_member(*wrapped, "val");
    ONLAN_TRY(Operand operand,
              operand_or_constant(value == nullptr ? json : *value, Datatype::integer, scope));
    add_needs(operand, draft);
    return std::move(operand.parts);
}

// The packet's element is in the set afterwards. Without an understood set nothing can be said of
// its elements anyway.
Result<> add_update(const Json& update, const char* set, const Scope& scope, Draft& draft)
{
    ONLAN_TRY(const std::string name, text_member(update, set));
    const auto found = scope.declared.sets.find(name.substr(name.starts_with('@') ? 1 : 0));
    const Json* element = find_member(update, "elem");
    if (found == scope.declared.sets.end() || found->second == nullptr || element == nullptr)
        return {};
    UpdateSet step{.set = found->second, .present = optional_text(update, "op") != "delete"};
    ONLAN_TRY(step.key, value_of(*element, scope, draft));
    if (const Json* data = find_member(update, "data")) {
        ONLAN_TRY(step.data, value_of(*data, scope, draft));
    }
    draft.add(OtherStep(std::move(step)));
    return {};
}

// `add @set { … limit rate … }`: the packet matches while the element's own limit allows.
Result<>
add_set_update(const std::string& name, const Json& update, const Scope& scope, Draft& draft)
{
    if (name != "meter")
        ONLAN_CHECK(add_update(update, name.c_str(), scope, draft));
    const Json* own = find_member(update, "stmt");
    if (own == nullptr)
        return {};
    const auto add_limits = [&](const Json& one) {
        for (const char* kind : {"limit", "quota", "ct count"}) {
            if (const Json* limit = find_member(one, kind))
                add_within_limit(kind, *limit, draft);
        }
    };
    if (own->is_array())
        std::ranges::for_each(*own, add_limits);
    else
        add_limits(*own);
    return {};
}

std::string update_words(const std::string& name, const Json& update)
{
    const Json* data = find_member(update, "data");
    return fmt::format("{} {} {{ {}{} }}", words_of(update, "op"), words_of(update, name),
                       words_of(update, "elem"), data == nullptr ? "" : " : " + words(*data));
}

} // namespace

std::span<const Statement> set_update()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"set", add_set_update, update_words},
        {"map", add_set_update, update_words},
        {"meter", add_set_update},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
