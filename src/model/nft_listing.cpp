#include "model/nft_listing.hpp"

#include <nlohmann/json.hpp>

namespace onlan::model {

NftListing::NftListing(nlohmann::json document)
    : document_(document.is_null() ? nullptr
                                   : std::make_shared<const nlohmann::json>(std::move(document)))
{}

const nlohmann::json& NftListing::document() const
{
    static const nlohmann::json kNothing;
    return document_ ? *document_ : kNothing;
}

bool operator==(const NftListing& one, const NftListing& other)
{
    return one.document_ == other.document_ || one.document() == other.document();
}

} // namespace onlan::model
