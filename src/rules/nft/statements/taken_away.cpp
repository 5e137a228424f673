#include "net/protocols.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

Result<> add_forward(const std::string& /*name*/,
                     const Json& /*inner*/,
                     const Scope& /*scope*/,
                     Draft& draft)
{
    draft.add(OtherStep(Ignored{.what = "that the packet leaves through another device"}));
    draft.add(Decision{.kind = Decision::Kind::drop});
    return {};
}

// nft_synproxy_do_eval(): another protocol than TCP ends the rule.
Result<> add_synproxy(const std::string& /*name*/,
                      const Json& /*inner*/,
                      const Scope& /*scope*/,
                      Draft& draft)
{
    draft.needs_conntrack = true;
    draft.add_number(Field::l4proto, net::kTcp);
    draft.add(OtherStep(Unknown{"what the SYN proxy answers is not modelled"}));
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
