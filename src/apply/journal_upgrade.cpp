#include "apply/journal_upgrade.hpp"

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/json_tree.hpp"

namespace onlan::apply {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

// A policy rule was the kernel's own bytes.
bool is_rule(const json& object)
{
    return object.contains("header") && object.contains("rest");
}

json policy_rule(const json& rule)
{
    return model::JsonTree::of(model::policy_rule_from(
        {.family = rule.at("family") == "ipv6" ? net::Family::ipv6 : net::Family::ipv4,
         .priority = rule.at("priority"),
         .input_interface = rule.at("input_interface"),
         .output_interface = rule.at("output_interface"),
         .header = rule.at("header").get<Bytes>(),
         .rest = rule.at("rest").get<Bytes>()}));
}

// Of a route and its next hops: attributes as the kernel gave them.
bool is_bytes(const std::string& name)
{
    return name == "metrics" || name == "other";
}

} // namespace

void upgrade_from_version_1(json& value)
{
    if (value.is_array()) {
        for (json& one : value)
            upgrade_from_version_1(one);
        return;
    }
    if (!value.is_object())
        return;
    if (is_rule(value)) {
        value = policy_rule(value);
        return;
    }
    for (auto member = value.begin(); member != value.end();) {
        if (member->is_null()) { // what is absent was written, too
            member = value.erase(member);
            continue;
        }
        if (is_bytes(member.key()))
            *member = fmt::format("{:02x}", fmt::join(member->get<Bytes>(), ""));
        else
            upgrade_from_version_1(*member);
        ++member;
    }
}

} // namespace onlan::apply
