#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/shared.hpp"

namespace onlan::model {

// What `nft --json list ruleset` prints: {"nftables": [{"chain": {…}}, {"rule": {…}}, …]}. Copies
// share it, for it may be large; and who does not look into it does not need to know JSON.
class NftListing {
public:
    NftListing();                        // nothing was listed
    NftListing(nlohmann::json document); // NOLINT(google-explicit-constructor): it is the document

    [[nodiscard]] bool empty() const;
    [[nodiscard]] const nlohmann::json& document() const; // null when empty
    // Those of one kind ("table", "chain", "rule"…), in their order.
    [[nodiscard]] std::vector<const nlohmann::json*> objects(std::string_view kind) const;

    friend bool operator==(const NftListing& one, const NftListing& other);

private:
    Shared<nlohmann::json> document_;
};

} // namespace onlan::model
