#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/firewall.hpp"
#include "model/nft_listing.hpp"

namespace onlan::model {

// What planning asks of nftables, read off its listing.

[[nodiscard]] std::vector<NftBaseChain> base_chains(const NftListing& listing);
// {family, name} of the tables whose rules a packet can come to: those with a base chain. Without
// iptables-nft's: they are in XtablesRuleset.
using NftTables = std::set<std::pair<std::string, std::string>>;
[[nodiscard]] NftTables hooked_tables(const NftListing& listing);
// In these tables.
[[nodiscard]] std::vector<NftInterfaceRule> interface_rules(const NftListing& listing);
// Of the table `inet onlan`.
[[nodiscard]] std::vector<NftOwnRule> own_rules(const NftListing& listing);

// Takes those rules of the table `inet onlan` out whose comment `goes`.
void remove_own_rules(NftListing& listing, const std::function<bool(std::string_view)>& goes);

} // namespace onlan::model
