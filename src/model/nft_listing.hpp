#pragma once

#include <memory>

#include <nlohmann/json_fwd.hpp>

namespace onlan::model {

// What `nft --json list ruleset` prints. It does not change and is shared by its copies, for it may
// be large; and who does not look into it does not need to know JSON.
class NftListing {
public:
    NftListing() = default;              // nothing was listed
    NftListing(nlohmann::json document); // NOLINT(google-explicit-constructor): it is the document

    [[nodiscard]] bool empty() const noexcept { return document_ == nullptr; }
    [[nodiscard]] const nlohmann::json& document() const; // null when empty

    friend bool operator==(const NftListing& one, const NftListing& other);

private:
    std::shared_ptr<const nlohmann::json> document_;
};

} // namespace onlan::model
