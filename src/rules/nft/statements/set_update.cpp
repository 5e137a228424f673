#include <algorithm>

#include <fmt/format.h>

#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// `add @set { … limit rate … }`: the packet matches while the element's own limit allows.
Result<> add_set_update(const std::string& /*name*/,
                        const Json& update,
                        const Scope& /*scope*/,
                        Draft& draft)
{
    const Json* own = find_member(update, "stmt");
    if (own == nullptr)
        return {};
    const auto add_limits = [&](const Json& one) {
        for (const char* name : {"limit", "quota", "ct count"}) {
            if (const Json* limit = find_member(one, name))
                add_within_limit(name, *limit, draft);
        }
    };
    if (own->is_array())
        std::ranges::for_each(*own, add_limits);
    else
        add_limits(*own);
    return {};
}

std::string update_words(const std::string& /*name*/, const Json& update)
{
    return fmt::format("{} {} {{ {} }}", words_of(update, "op"), words_of(update, "set"),
                       words_of(update, "elem"));
}

} // namespace

std::span<const Statement> set_update()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"set", add_set_update, update_words},
        {"meter", add_set_update},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
