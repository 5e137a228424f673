#include "plan/change.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "model/json.hpp"

namespace onlan::plan {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CreateBridge, name, mac, mtu, alias)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CreateVeth, name, peer, mac, mtu, alias)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SetMaster, link, master)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SetUp, link)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SetSysctl, name, value, previous)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AddAddress, link, address)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RemoveAddress, link, address)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AddRoute, link, route)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RemoveRoute, link, route)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReplaceRule, before, after)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AddNotrack, bridge, comment)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InsertXtablesRule, backend, family, table, chain, rule)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CreateDockerNetwork, network)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AdoptBridge, name, alias)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SetMtu, link, mtu, previous)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StartStp, bridge)

namespace {

// In the order of Change's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Change>> kTypes = {
    "create-bridge",
    "create-veth",
    "set-master",
    "set-up",
    "set-sysctl",
    "add-address",
    "remove-address",
    "add-route",
    "remove-route",
    "replace-rule",
    "add-notrack",
    "insert-xtables-rule",
    "create-docker-network",
    "adopt-bridge",
    "set-mtu",
    "start-stp",
};

template <std::size_t index = 0>
Result<Change> change_of_type(std::string_view type, const nlohmann::json& json)
{
    if constexpr (index == kTypes.size())
        return fail(Failed::parse, fmt::format("'{}' is not a kind of change", type));
    else if (type == kTypes[index])
        return Change{json.get<std::variant_alternative_t<index, Change>>()};
    else
        return change_of_type<index + 1>(type, json);
}

} // namespace

model::Route stand_in(model::Route route)
{
    if (route.protocol == model::kProtocolRa)
        ++route.metric;
    return route;
}

nlohmann::json to_json(const Change& change)
{
    nlohmann::json json = std::visit([](const auto& one) { return nlohmann::json(one); }, change);
    json["type"] = kTypes[change.index()];
    return json;
}

Result<Change> change_from_json(const nlohmann::json& json)
{
    try {
        return change_of_type(json.at("type").get_ref<const std::string&>(), json);
    } catch (const std::exception& malformed) {
        return fail(Failed::parse, fmt::format("read a change: {}", malformed.what()));
    }
}

} // namespace onlan::plan
