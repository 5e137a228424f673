#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/firewall.hpp"

namespace onlan::kernel {

// iptables and ip6tables of both backends in this thread's network namespace, through their own
// programs: rules with matches such as physdev can be written by nothing else that both backends
// understand.

// Every ruleset that exists. Looking makes none: legacy tables are only read where /proc says that
// there are some, because reading would make them; and of nftables' base chains only those in
// tables that iptables-nft would have made count.
[[nodiscard]] Result<std::vector<model::XtablesRuleset>>
collect_xtables(const std::vector<model::NftBaseChain>& base_chains);

// A rule and where it belongs.
struct PlacedRule {
    model::XtablesBackend backend = model::XtablesBackend::nft;
    net::Family family = net::Family::ipv4;
    std::string table;
    std::string chain;
    std::vector<std::string> arguments;
};

// At the top of its chain, unless the chain has it already.
[[nodiscard]] Result<> insert_rule(const PlacedRule& rule);
// Nothing there: done.
[[nodiscard]] Result<> delete_rule(const PlacedRule& rule);

} // namespace onlan::kernel
