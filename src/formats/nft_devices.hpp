#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onlan::formats {

// A base chain that is bound to devices: of the family netdev, or ingress of inet.
struct NftChainDevices {
    std::string family;
    std::string table;
    std::string chain;
    std::vector<std::string> devices;

    friend bool operator==(const NftChainDevices&, const NftChainDevices&) = default;
};

// Which devices the chains in `nft list chains` are bound to.
[[nodiscard]] std::vector<NftChainDevices> parse_nft_chain_devices(std::string_view text);

} // namespace onlan::formats
