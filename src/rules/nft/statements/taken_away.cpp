#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// The packet leaves this host's hands here: by another device, or into the SYN proxy.
void add_taken_away(const char* what, Draft& draft)
{
    draft.add(OtherStep(Ignored{.what = what}));
    draft.add(Decision{.kind = Decision::Kind::drop});
}

Result<> add_forward(const std::string& /*name*/,
                     const Json& /*inner*/,
                     const Scope& /*scope*/,
                     Draft& draft)
{
    add_taken_away("that the packet leaves through another device", draft);
    return {};
}

Result<> add_synproxy(const std::string& /*name*/,
                      const Json& /*inner*/,
                      const Scope& /*scope*/,
                      Draft& draft)
{
    draft.needs_conntrack = true;
    add_taken_away("that the SYN proxy answers", draft);
    return {};
}

Result<>
add_queue(const std::string& /*name*/, const Json& /*inner*/, const Scope& /*scope*/, Draft& draft)
{
    draft.add(OtherStep(Enqueue{}));
    return {};
}

} // namespace

std::span<const Statement> taken_away()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"fwd", add_forward},
        {"synproxy", add_synproxy},
        {"queue", add_queue},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
