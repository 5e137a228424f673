#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// nft_notrack_eval()
Result<> add_notrack(const std::string& /*name*/,
                     const Json& /*inner*/,
                     const Scope& /*scope*/,
                     Draft& draft)
{
    draft.add(OtherStep(Notrack{}));
    return {};
}

} // namespace

std::span<const Statement> notrack()
{
    static constexpr auto kRows = std::to_array<Statement>({{"notrack", add_notrack}});
    return kRows;
}

} // namespace onlan::rules::nft::statements
