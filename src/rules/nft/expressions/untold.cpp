#include "rules/nft/expression.hpp"

namespace onlan::rules::nft::expressions {
namespace {

// They exist, but no snapshot tells them.
Result<Operand>
read_untold(const std::string& /*name*/, const Json& /*inner*/, const Scope& /*scope*/)
{
    return Operand::untold();
}

Result<Operand> read_rt(const std::string& /*name*/, const Json& rt, const Scope& /*scope*/)
{
    // No packet of ours goes into an IPsec transformation.
    if (optional_text(rt, "key") == "ipsec")
        return Operand{.parts = {Expression{.source = Value{}}}, .types = {Datatype::boolean}};
    return optional_text(rt, "key") == "mtu" ? Operand::of(Field::path_mss) : Operand::untold();
}

} // namespace

std::span<const ExpressionKind> untold()
{
    static constexpr auto kRows = std::to_array<ExpressionKind>({
        {"rt", read_rt},
        {"osf", read_untold},
        {"ipsec", read_untold},
    });
    return kRows;
}

} // namespace onlan::rules::nft::expressions
