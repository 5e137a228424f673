#pragma once

// JSON for the model's values, found by nlohmann's argument-dependent lookup. Reading throws
// nlohmann::json::exception or std::invalid_argument on anything that writing would not have
// produced; whoever reads a document catches them once.

#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "model/docker.hpp"
#include "model/firewall.hpp"
#include "model/link.hpp"

namespace onlan::model {

template <typename T>
concept ParsedText = requires(const T& value, std::string_view text) {
    { T::parse(text) } -> std::same_as<Result<T>>;
    { value.to_string() } -> std::same_as<std::string>;
};

} // namespace onlan::model

namespace nlohmann {

template <onlan::model::ParsedText T>
struct adl_serializer<T> {
    static void to_json(json& json, const T& value) { json = value.to_string(); }
    static void from_json(const json& json, T& value)
    {
        auto parsed = T::parse(json.get_ref<const std::string&>());
        if (!parsed)
            throw std::invalid_argument(parsed.error().message);
        value = *parsed;
    }
};

template <typename T>
struct adl_serializer<std::optional<T>> {
    static void to_json(json& json, const std::optional<T>& value)
    {
        if (value)
            json = *value;
        else
            json = nullptr;
    }
    static void from_json(const json& json, std::optional<T>& value)
    {
        if (json.is_null())
            value.reset();
        else
            value = json.get<T>();
    }
};

} // namespace nlohmann

namespace onlan::net {

NLOHMANN_JSON_SERIALIZE_ENUM(Family, {{Family::ipv4, "ipv4"}, {Family::ipv6, "ipv6"}})

} // namespace onlan::net

namespace onlan::model {

NLOHMANN_JSON_SERIALIZE_ENUM(XtablesBackend,
                             {{XtablesBackend::nft, "nft"}, {XtablesBackend::legacy, "legacy"}})

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    Address, link, local, peer, broadcast, scope, flags, protocol, metric, valid, preferred, label)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NextHop, gateway, link, weight, flags, other)
// A journal of version 0.1 does not have all of them.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Route,
                                                destination,
                                                table,
                                                type,
                                                protocol,
                                                scope,
                                                tos,
                                                flags,
                                                gateway,
                                                preferred_source,
                                                link,
                                                metric,
                                                expires,
                                                preference,
                                                multipath,
                                                next_hops,
                                                metrics)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    Rule, family, priority, input_interface, output_interface, header, rest)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DockerSubnet, subnet, gateway, range, reserved)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DockerEndpoint, container, container_id, ipv4, ipv6, mac)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    DockerNetwork, id, name, driver, ipv6, internal, subnets, options, labels, endpoints)

} // namespace onlan::model
