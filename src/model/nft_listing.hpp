#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "base/shared.hpp"

namespace onlan::model {

// One element of what nft lists: {"rule": {"family": "ip", "table": "nat", "chain": "DOCKER", …}}.
// It does not change and is shared by its copies.
class NftObject {
public:
    explicit NftObject(nlohmann::json element);

    [[nodiscard]] const std::string& kind() const noexcept { return data_->kind; } // "rule"
    [[nodiscard]] const std::string& family() const noexcept { return data_->family; }
    // The table that it is in; of a table, itself.
    [[nodiscard]] const std::string& table() const noexcept { return data_->table; }
    // The chain that it is in; of a chain, itself.
    [[nodiscard]] const std::string& chain() const noexcept { return data_->chain; }
    [[nodiscard]] std::uint64_t handle() const noexcept { return data_->handle; } // 0: none
    [[nodiscard]] const nlohmann::json& body() const; // what the kind names
    [[nodiscard]] const nlohmann::json& element() const noexcept;

    friend bool operator==(const NftObject& one, const NftObject& other);

private:
    struct Data {
        std::shared_ptr<const nlohmann::json> element;
        std::string kind;
        std::string family;
        std::string table;
        std::string chain;
        std::uint64_t handle = 0;
    };
    std::shared_ptr<const Data> data_;
};

// What `nft --json list ruleset` prints. Who does not look into it does not need to know JSON.
struct NftListing {
    Shared<std::vector<NftObject>> objects; // none: nothing was listed

    // {"nftables": [element, …]}, or null where nothing was listed.
    [[nodiscard]] static Result<NftListing> from(nlohmann::json document);
    [[nodiscard]] bool empty() const noexcept { return objects->empty(); }

    friend bool operator==(const NftListing&, const NftListing&) = default;
};

} // namespace onlan::model
