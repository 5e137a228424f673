#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft {

// numgen, jhash and symhash: all that is known of them is the range they give.
Result<Operand> numgen(const std::string& name, const Json& json)
{
    const std::uint64_t modulus = optional_number(json, "mod");
    if (modulus == 0 || modulus > 0xFFFFFFFF)
        return malformed(fmt::format("{} without a modulus: {}", name, shown(json)));
    return Operand{
        .parts = {Expression{.source = AnyOf{.what = name,
                                             .modulus = static_cast<std::uint32_t>(modulus),
                                             .offset = static_cast<std::uint32_t>(
                                                 optional_number(json, "offset"))}}},
        .types = {Datatype::integer}};
}

} // namespace onlan::rules::nft
