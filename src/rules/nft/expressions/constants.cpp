#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// Where constants may stand, interval() and set_operand() read them; elsewhere they compute
// nothing.
Result<Operand> read_none(const std::string& name, const Json& /*inner*/, const Scope& /*scope*/)
{
    return not_understood(fmt::format("the expression {} is not known", name));
}

std::string prefix_words(const std::string& /*name*/, const Json& prefix)
{
    return fmt::format("{}/{}", words_of(prefix, "addr"), optional_number(prefix, "len"));
}

std::string range_words(const std::string& /*name*/, const Json& ends)
{
    return joined(ends, "-");
}

std::string set_words(const std::string& /*name*/, const Json& elements)
{
    return fmt::format("{{ {} }}", joined(elements, ", "));
}

std::string element_words(const std::string& /*name*/, const Json& element)
{
    return words_of(element, "val");
}

} // namespace

std::span<const ExpressionKind> constants()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"prefix", read_none, prefix_words},
        {"range", read_none, range_words},
        {"set", read_none, set_words},
        {"elem", read_none, element_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
