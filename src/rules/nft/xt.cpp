#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/nft/statement.hpp"

namespace onlan::rules::nft {
namespace {

// Targets that decide nothing; only their names are printed.
constexpr auto kHarmlessTargets = std::to_array<std::string_view>(
    {"LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "CHECKSUM", "TCPMSS", "TCPOPTSTRIP", "LED",
     "RATEEST", "log", "nflog", "IDLETIMER", "SECMARK", "CONNSECMARK"});

} // namespace

// A match or target of x_tables in a rule of nftables. nft prints its name at most, and iptables'
// own listing is taken where there is one (ruleset.cpp): what gets here stays unknown.
Result<> add_xt(const Json& json, Draft& draft)
{
    const std::string type = optional_text(json, "type");
    const std::string name = optional_text(json, "name");
    if (type == "match" && name == "comment")
        return {};
    if ((type == "target" || type == "watcher") &&
        std::ranges::find(kHarmlessTargets, name) != kHarmlessTargets.end())
        return {};
    if (type == "match") {
        draft.add(OtherStep(Maybe{
            .yes = fmt::format("its match {}, which nft does not spell out, holds", name),
            .no = fmt::format("its match {}, which nft does not spell out, does not hold", name),
            .understood = false}));
        return {};
    }
    draft.add(OtherStep(Ignored{
        .what = name.empty() ? "an expression that nft does not spell out"
                             : fmt::format("its target {}, which nft does not spell out,", name),
        .understood = false}));
    return {};
}

} // namespace onlan::rules::nft
