#include "model/yaml_tree.hpp"

#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace onlan::model {
namespace {

constexpr std::size_t kMostNodes = 20000;
constexpr unsigned kDeepest = 40;

// An alias can stand for aliases, so what counts is what is copied.
class TreeMaker {
public:
    Result<nlohmann::json> tree(const YAML::Node& node, unsigned depth)
    {
        if (++nodes_ > kMostNodes || depth > kDeepest)
            return fail(Failed::parse, "the YAML document is too large");
        if (node.IsScalar())
            return nlohmann::json(node.Scalar());
        if (node.IsSequence())
            return list(node, depth);
        if (node.IsMap())
            return object(node, depth);
        return nlohmann::json();
    }

private:
    Result<nlohmann::json> list(const YAML::Node& node, unsigned depth)
    {
        nlohmann::json items = nlohmann::json::array();
        for (const YAML::Node& item : node) {
            ONLAN_TRY(nlohmann::json one, tree(item, depth + 1));
            items.push_back(std::move(one));
        }
        return items;
    }
    Result<nlohmann::json> object(const YAML::Node& node, unsigned depth)
    {
        nlohmann::json members = nlohmann::json::object();
        nlohmann::json merged = nlohmann::json::object();
        for (const auto& member : node) {
            if (!member.first.IsScalar())
                continue;
            ONLAN_TRY(nlohmann::json value, tree(member.second, depth + 1));
            if (member.first.Scalar() == "<<" && value.is_object())
                merged.update(value);
            else
                members[member.first.Scalar()] = std::move(value);
        }
        merged.update(members);
        return merged;
    }

    std::size_t nodes_ = 0;
};

} // namespace

Result<nlohmann::json> yaml_tree(std::string_view text)
{
    try {
        return TreeMaker().tree(YAML::Load(std::string(text)), 0);
    } catch (const YAML::Exception& error) {
        return fail(Failed::parse, fmt::format("line {}: {}", error.mark.line + 1, error.msg));
    }
}

} // namespace onlan::model
