#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/firewall.hpp"
#include "rules/machine/program.hpp"
#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

// What nft's listing shows of a table that iptables-nft keeps.
struct InNft {
    std::vector<std::string> base_chains;
    std::map<std::string, std::vector<std::uint64_t>> handles; // of each chain's rules, in order
};

// One table of iptables-save, with its base chains. Of iptables-nft's those are only the ones that
// nft shows: iptables-save shows all that a table could have, the kernel has what was made.
struct WhichTable {
    const model::XtablesRuleset& ruleset;
    std::string name;
    const IpSets& ipsets;
    std::optional<InNft> in_nft;
};

[[nodiscard]] Result<>
read_table(const model::Netns& netns, const WhichTable& table, Program& program);

// Does the table exist for iptables, with all these chains?
[[nodiscard]] bool has_base_chains(const model::XtablesRuleset& ruleset,
                                   const std::string& table,
                                   const std::vector<std::string>& names);

} // namespace onlan::rules::xt
