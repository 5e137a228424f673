#include "model/yaml_reader.hpp"

#include <sstream>

#include <yaml-cpp/eventhandler.h>

#include "base/nearest.hpp"

namespace onlan::model {
namespace {

constexpr std::string_view kNoValue = "this key has no value";

// Hears the file as the parser reads it, before any alias is followed.
class AnchorFinder : public YAML::EventHandler {
public:
    std::optional<YAML::Mark> found;

    void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override { note(mark); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { note(mark); }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
    void OnScalar(const YAML::Mark& /*mark*/,
                  const std::string& /*tag*/,
                  YAML::anchor_t /*anchor*/,
                  const std::string& /*value*/) override
    {}
    void OnSequenceStart(const YAML::Mark& /*mark*/,
                         const std::string& /*tag*/,
                         YAML::anchor_t /*anchor*/,
                         YAML::EmitterStyle::value /*style*/) override
    {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& /*mark*/,
                    const std::string& /*tag*/,
                    YAML::anchor_t /*anchor*/,
                    YAML::EmitterStyle::value /*style*/) override
    {}
    void OnMapEnd() override {}

private:
    void note(const YAML::Mark& mark)
    {
        if (!found)
            found = mark;
    }
};

} // namespace

std::optional<YAML::Mark> find_anchor(std::string_view text)
{
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    AnchorFinder finder;
    parser.HandleNextDocument(finder);
    return finder.found;
}

YAML::Node YamlMap::at(std::string_view key) const
{
    const YAML::Node& node = node_;
    return node[std::string(key)];
}

std::string YamlMap::path_to(std::string_view key) const
{
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void YamlMap::report(std::string_view key, std::string_view what) const
{
    YAML::Mark place = start_;
    for (const auto& entry : node_) {
        // Of the key, not of the value: where there is none, that of the next line is told.
        if (entry.first.IsScalar() && entry.first.Scalar() == key)
            place = entry.first.Mark();
    }
    problems_.add(place, path_to(key), what);
}

bool YamlMap::has_only(std::span<const std::string_view> known) const
{
    bool only = true;
    std::vector<std::string> seen;
    for (const auto& entry : node_) {
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
        if (std::ranges::find(known, key) == known.end()) {
            problems_.add(entry.first.Mark(), path_to(key),
                          "unknown key" + did_you_mean(key, known));
            only = false;
        } else if (std::ranges::find(seen, key) != seen.end()) {
            problems_.add(entry.first.Mark(), path_to(key), "this key appears twice");
            only = false;
        }
        seen.push_back(key);
    }
    return only;
}

std::optional<std::string> YamlMap::text(std::string_view key) const
{
    const YAML::Node found = at(key);
    if (!found.IsDefined())
        return {};
    if (found.IsNull()) {
        report(key, kNoValue);
        return {};
    }
    if (!found.IsScalar()) {
        report(key, "expected one value, found a list or a mapping");
        return {};
    }
    return found.Scalar();
}

std::optional<std::string> YamlMap::required_text(std::string_view key) const
{
    if (!has(key)) {
        report(key, "this key is missing");
        return {};
    }
    return text(key);
}

std::vector<std::string> YamlMap::texts(std::string_view key) const
{
    const YAML::Node found = at(key);
    if (!found.IsDefined())
        return {};
    std::vector<std::string> texts;
    if (!found.IsSequence()) {
        report(key, "expected a list such as [eno1]");
        return texts;
    }
    for (const YAML::Node& element : found) {
        if (!element.IsScalar())
            problems_.add(element.Mark(), path_to(key), "expected a list of names");
        else if (std::ranges::find(texts, element.Scalar()) != texts.end())
            problems_.add(element.Mark(), path_to(key),
                          fmt::format("{} is listed twice", element.Scalar()));
        else
            texts.push_back(element.Scalar());
    }
    return texts;
}

std::optional<YamlMap> YamlMap::map(std::string_view key) const
{
    const YAML::Node found = at(key);
    if (!found.IsDefined() || !found.IsMap()) {
        report(key, !found.IsDefined() ? "this key is missing"
                    : found.IsNull()   ? kNoValue
                                       : "expected a mapping");
        return {};
    }
    return YamlMap(found, found.Mark(), path_to(key), problems_);
}

std::vector<std::pair<std::string, YamlMap>> YamlMap::maps() const
{
    std::vector<std::pair<std::string, YamlMap>> maps;
    for (const auto& entry : node_) {
        const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
        if (!entry.second.IsMap())
            problems_.add(entry.first.Mark(), path_to(name), "expected a mapping");
        else if (std::ranges::find(maps, name, &decltype(maps)::value_type::first) != maps.end())
            problems_.add(entry.first.Mark(), path_to(name), "this name appears twice");
        else
            maps.emplace_back(name,
                              YamlMap(entry.second, entry.first.Mark(), path_to(name), problems_));
    }
    return maps;
}

} // namespace onlan::model
