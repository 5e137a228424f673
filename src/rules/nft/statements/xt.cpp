#include <fmt/format.h>

#include "rules/machine/harmless_targets.hpp"
#include "rules/nft/statement.hpp"

namespace onlan::rules::nft::statements {
namespace {

// A match or target of x_tables in a rule of nftables. nft prints its name at most, and iptables'
// own listing is taken where there is one (rule_set.cpp), so what decides something stays unknown.
Result<> add_xt(const std::string& /*name*/, const Json& json, const Scope& /*scope*/, Draft& draft)
{
    const std::string type = optional_text(json, "type");
    const std::string name = optional_text(json, "name");
    if (type == "match" && name == "comment")
        return {};
    // ebtables' watchers log.
    if (type == "watcher" || (type == "target" && is_harmless_target(name)))
        return {};
    if (type == "match") {
        draft.add(OtherStep(Maybe{
            .yes = fmt::format("its match {}, which nft does not spell out, holds", name),
            .no = fmt::format("its match {}, which nft does not spell out, does not hold", name),
            .understood = false}));
        return {};
    }
    draft.add(OtherStep(Unknown{name.empty()
                                    ? "it has an expression that nft does not spell out"
                                    : fmt::format("nft does not spell out its target {}", name)}));
    return {};
}

std::string xt_words(const std::string& name, const Json& xt)
{
    const std::string extension = optional_text(xt, "name");
    return extension.empty()
               ? name
               : fmt::format("{} {} \"{}\"", name, optional_text(xt, "type"), extension);
}

} // namespace

std::span<const Statement> xt()
{
    static constexpr auto kRows = std::to_array<Statement>({
        {"xt", add_xt, xt_words},
    });
    return kRows;
}

} // namespace onlan::rules::nft::statements
