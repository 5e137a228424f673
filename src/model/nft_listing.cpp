#include "model/nft_listing.hpp"

#include <nlohmann/json.hpp>

namespace onlan::model {

using nlohmann::json;

NftListing::NftListing() = default;

NftListing::NftListing(json document) : document_(std::move(document)) {}

bool NftListing::empty() const
{
    return document_->is_null();
}

const json& NftListing::document() const
{
    return *document_;
}

std::vector<const json*> NftListing::objects(std::string_view kind) const
{
    std::vector<const json*> found;
    const auto list = document_->is_object() ? document_->find("nftables") : document_->end();
    if (list == document_->end())
        return found;
    for (const json& element : *list) {
        const auto object = element.is_object() ? element.find(kind) : element.end();
        if (object != element.end() && object->is_object())
            found.push_back(&*object);
    }
    return found;
}

bool operator==(const NftListing& one, const NftListing& other)
{
    return one.document_ == other.document_;
}

} // namespace onlan::model
