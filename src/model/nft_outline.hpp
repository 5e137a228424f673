#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "model/firewall.hpp"
#include "model/nft_listing.hpp"

namespace onlan::model {

// What planning asks of nftables, read off its listing.

[[nodiscard]] std::vector<NftBaseChain> base_chains(const NftListing& listing);
// Without those of iptables-nft: they are in XtablesRuleset.
[[nodiscard]] std::vector<NftInterfaceRule> interface_rules(const NftListing& listing);
// Of the table `inet onlan`.
[[nodiscard]] std::vector<NftOwnRule> own_rules(const NftListing& listing);

// Takes those rules of the table `inet onlan` out whose comment `goes`.
void remove_own_rules(NftListing& listing, const std::function<bool(std::string_view)>& goes);

} // namespace onlan::model
