#include "model/nft_listing.hpp"

#include <nlohmann/json.hpp>

namespace onlan::model {
namespace {

std::string text_in(const nlohmann::json& object, const char* name)
{
    const auto found = object.find(name);
    const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
    return text == nullptr ? std::string() : *text;
}

} // namespace

NftObject::NftObject(nlohmann::json element)
{
    Data data;
    if (element.is_object() && element.size() == 1 && element.begin()->is_object()) {
        const nlohmann::json& body = *element.begin();
        data.kind = element.begin().key();
        data.family = text_in(body, "family");
        data.table = text_in(body, data.kind == "table" ? "name" : "table");
        data.chain = text_in(body, data.kind == "chain" ? "name" : "chain");
        if (const auto handle = body.find("handle");
            handle != body.end() && handle->is_number_integer())
            data.handle = handle->get<std::uint64_t>();
    }
    data.element = std::make_shared<const nlohmann::json>(std::move(element));
    data_ = std::make_shared<const Data>(std::move(data));
}

const nlohmann::json& NftObject::element() const noexcept
{
    return *data_->element;
}

const nlohmann::json& NftObject::body() const
{
    return data_->kind.empty() ? element() : *element().begin();
}

bool operator==(const NftObject& one, const NftObject& other)
{
    return one.data_ == other.data_ || one.element() == other.element();
}

Result<NftListing> NftListing::from(nlohmann::json document)
{
    NftListing listing;
    if (document.is_null())
        return listing;
    if (!document.is_object() || !document.contains("nftables") || !document["nftables"].is_array())
        return fail(Failed::parse, "expected what `nft --json list ruleset` prints");
    for (nlohmann::json& element : document["nftables"])
        listing.objects.edit().emplace_back(std::move(element));
    return listing;
}

} // namespace onlan::model
