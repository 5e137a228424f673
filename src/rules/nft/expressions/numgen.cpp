#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// numgen, jhash and symhash: all that is known of them is the range they give.
Result<Operand> read_numgen(const std::string& name, const Json& json, const Scope& /*scope*/)
{
    const std::uint64_t modulus = optional_number(json, "mod");
    if (modulus == 0 || modulus > 0xFFFFFFFF)
        return not_understood(fmt::format("{} without a modulus: {}", name, shown(json)));
    return Operand{
        .parts = {Expression{.source = AnyOf{.what = name,
                                             .modulus = static_cast<std::uint32_t>(modulus),
                                             .offset = static_cast<std::uint32_t>(
                                                 optional_number(json, "offset"))}}},
        .types = {Datatype::integer}};
}

std::string numgen_words(const std::string& name, const Json& json)
{
    const std::string mode = words_of(json, "mode");
    const std::string of = words_of(json, "expr");
    const std::uint64_t offset = optional_number(json, "offset");
    return fmt::format("{}{}{}{}{} mod {}{}", name, mode.empty() ? "" : " ", mode,
                       of.empty() ? "" : " ", of, optional_number(json, "mod"),
                       offset == 0 ? "" : fmt::format(" offset {}", offset));
}

} // namespace

std::span<const ExpressionKind> numgen()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"numgen", read_numgen, numgen_words},
        {"jhash", read_numgen, numgen_words},
        {"symhash", read_numgen, numgen_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
