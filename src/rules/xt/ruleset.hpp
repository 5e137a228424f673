#pragma once

#include "model/firewall.hpp"
#include "rules/program.hpp"

namespace onlan::rules::xt {

// One table of iptables-save, with its base chains. Of iptables-nft's those are only the ones in
// `registered`: iptables-save shows all that a table could have, the kernel has what was made.
struct WhichTable {
    const model::XtablesRuleset& ruleset;
    std::string name;
    std::optional<std::vector<std::string>> registered;
};

[[nodiscard]] Result<>
read_table(const model::Netns& netns, const WhichTable& table, Program& program);

// Does the table exist for iptables, with all these chains?
[[nodiscard]] bool has_base_chains(const model::XtablesRuleset& ruleset,
                                   const std::string& table,
                                   const std::vector<std::string>& names);

} // namespace onlan::rules::xt
