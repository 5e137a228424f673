#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "model/firewall.hpp"
#include "model/nft_listing.hpp"

namespace onlan::kernel {

// nftables in this thread's network namespace, through libnftables and its JSON.

// What planning looks at, however many rules there are: every chain, whoever made it, and the rules
// of model::hooked_tables().
[[nodiscard]] Result<model::NftListing> list_outline();
// Every chain. A kernel without nf_tables is not asked to load it, here and below.
[[nodiscard]] Result<model::NftListing> list_chains();
// Everything, in all families: what `nft --json list ruleset` prints. Empty when there is nothing.
// Of the tables that iptables-save has told, all of whose `chains` it knows, the rules' handles
// only.
[[nodiscard]] Result<model::NftListing> list_ruleset(const model::NftListing& chains,
                                                     std::span<const model::XtablesRuleset> saved);

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
