#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/shared.hpp"
#include "model/firewall.hpp"
#include "rules/machine/program.hpp"
#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

struct ChainSource {
    Shared<model::XtablesChain> chain;
    bool registered = true;             // if it is a base chain: with its hook
    std::vector<std::uint64_t> handles; // of its rules; empty: not known

    friend bool operator==(const ChainSource&, const ChainSource&) = default;
};

// All that the rules of one table are compiled from.
struct TableSource {
    model::XtablesBackend backend = model::XtablesBackend::nft;
    net::Family family = net::Family::ipv4;
    std::string name;
    std::map<std::string, ChainSource> chains;
    Shared<IpSets> ipsets;

    friend bool operator==(const TableSource&, const TableSource&) = default;
};

// A table as iptables-save shows it.
[[nodiscard]] TableSource source_of(const model::XtablesRuleset& ruleset,
                                    const std::string& table,
                                    const Shared<IpSets>& ipsets);

// What nft's listing shows of a table that iptables-nft keeps.
struct InNft {
    std::vector<std::string> base_chains;
    std::map<std::string, std::vector<std::uint64_t>> handles; // of each chain's rules, in order
};

// iptables-save shows all base chains that a table could have, the kernel has those that were made,
// which nft shows; from there come the handles too.
void take_from_nft(const InNft& shown, TableSource& source);

struct Table {
    TableSource source;
    CompiledTable code; // its chains in the order of the source's
};

// Shares with `before`, which may be null, what both are compiled from.
[[nodiscard]] std::shared_ptr<const Table>
compile_table(TableSource source, const std::shared_ptr<const Table>& before);

// Does the table exist for iptables, with all these chains?
[[nodiscard]] bool has_base_chains(const model::XtablesRuleset& ruleset,
                                   const std::string& table,
                                   const std::vector<std::string>& names);

} // namespace onlan::rules::xt
