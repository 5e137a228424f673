#include <fmt/format.h>

#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// Its cgroup no snapshot tells.
Result<Operand> read_socket(const std::string& name, const Json& json, const Scope& /*scope*/)
{
    ONLAN_TRY(const std::string key, text_member(json, "key"));
    const auto field = field_named(fmt::format("{} {}", name, key));
    return field ? Operand::of(*field) : Operand::untold();
}

std::string socket_words(const std::string& name, const Json& json)
{
    return fmt::format("{} {}", name, words_of(json, "key"));
}

} // namespace

std::span<const ExpressionKind> socket()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"socket", read_socket, socket_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
