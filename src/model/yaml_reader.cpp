#include "model/yaml_reader.hpp"

#include <limits>
#include <numeric>

namespace onlan::model {
namespace {

// Insertions, deletions and replacements that turn one word into the other.
std::size_t distance(std::string_view one, std::string_view other)
{
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known)
{
    constexpr std::size_t kFarthest = 3;
    const auto nearest = std::ranges::min_element(
        known, {}, [&](std::string_view candidate) { return distance(word, candidate); });
    if (nearest == known.end() || distance(word, *nearest) > kFarthest)
        return fmt::format("; known here: {}", fmt::join(known, ", "));
    return fmt::format("; did you mean '{}'?", *nearest);
}

} // namespace

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
    const YAML::Node found = at(key);
    problems_.add(found.IsDefined() ? found.Mark() : node_.Mark(), path_to(key), what);
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
            problems_.add(entry.first.Mark(), path_to(key), "this key is there twice");
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
        if (element.IsScalar())
            texts.push_back(element.Scalar());
        else
            problems_.add(element.Mark(), path_to(key), "expected a list of names");
    }
    return texts;
}

std::optional<YamlMap> YamlMap::map(std::string_view key) const
{
    const YAML::Node found = at(key);
    if (!found.IsDefined() || !found.IsMap()) {
        report(key, found.IsDefined() ? "expected a mapping" : "this key is missing");
        return {};
    }
    return YamlMap(found, path_to(key), problems_);
}

std::vector<std::pair<std::string, YamlMap>> YamlMap::maps() const
{
    std::vector<std::pair<std::string, YamlMap>> maps;
    for (const auto& entry : node_) {
        const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
        if (!entry.second.IsMap())
            problems_.add(entry.first.Mark(), path_to(name), "expected a mapping");
        else if (std::ranges::find(maps, name, &decltype(maps)::value_type::first) != maps.end())
            problems_.add(entry.first.Mark(), path_to(name), "this name is there twice");
        else
            maps.emplace_back(name, YamlMap(entry.second, path_to(name), problems_));
    }
    return maps;
}

} // namespace onlan::model
