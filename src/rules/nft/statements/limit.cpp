#include <fmt/format.h>

#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

Result<> add_limit(const std::string& name, const Json& inner, const Scope& /*scope*/, Draft& draft)
{
    add_within_limit(name, inner, draft);
    return {};
}

std::string limit_words(const std::string& name, const Json& limit)
{
    const Json* over = find_member(limit, "inv");
    return fmt::format("{} rate {}{}/{}", name, over != nullptr && *over == true ? "over " : "",
                       words_of(limit, "rate"), words_of(limit, "per"));
}

} // namespace

std::span<const Statement> limit()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"limit", add_limit, limit_words},
        {"quota", add_limit},
        {"ct count", add_limit},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
