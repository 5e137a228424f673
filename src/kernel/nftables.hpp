#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/firewall.hpp"
#include "model/nft_listing.hpp"

namespace onlan::kernel {

// nftables in this thread's network namespace, through libnftables and its JSON.

// Every base chain, whoever made it. Cheap, however many rules there are.
[[nodiscard]] Result<std::vector<model::NftBaseChain>> list_base_chains();
// The rules that name an interface, in the tables of these chains. What iptables-nft keeps in
// nftables is left out: iptables-save shows it.
[[nodiscard]] Result<std::vector<model::NftInterfaceRule>>
list_interface_rules(const std::vector<model::NftBaseChain>& base_chains);
// Everything, in all families: what `nft --json list ruleset` prints. Empty when there is nothing.
// A kernel without nf_tables is not asked to load it.
[[nodiscard]] Result<model::NftListing> list_ruleset();
// The base chains in such a document. Pure.
[[nodiscard]] std::vector<model::NftBaseChain> base_chains_in(const model::NftListing& listing);
// The rules of onlan's own table, `inet onlan`; empty when there is none.
[[nodiscard]] Result<std::vector<model::NftOwnRule>> list_own_rules();

// No connection tracking for what comes in through the bridge `bridge`: one rule in the chain
// `prerouting` of `inet onlan`, at priority raw (-300) and so before nf_conntrack_in().
// br_netfilter shows the hook the bridge as input device (net/bridge/br_netfilter_hooks.c,
// setup_pre_routing()). In the bridge family the rule would have to name every port: `meta ibrname`
// is a kernel option of its own (CONFIG_NFT_BRIDGE_META).
[[nodiscard]] Result<> add_notrack(const std::string& bridge, const std::string& comment);
// Takes the rules with this comment out, and the table when nothing is left in it. Nothing there:
// done.
[[nodiscard]] Result<> remove_notrack(const std::string& comment);

} // namespace onlan::kernel
