#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/result.hpp"

namespace onlan::model {

// The problems found in one file, each with its place.
class Problems {
public:
    explicit Problems(std::string_view file) : file_(file) {}

    void add(const YAML::Mark& mark, std::string_view key, std::string_view what)
    {
        lines_.push_back(mark.is_null()
                             ? fmt::format("{}: {}: {}", file_, key, what)
                             : fmt::format("{}:{}: {}: {}", file_, mark.line + 1, key, what));
    }
    [[nodiscard]] bool none() const noexcept { return lines_.empty(); }
    [[nodiscard]] std::string text() const { return fmt::format("{}", fmt::join(lines_, "\n")); }

private:
    std::string_view file_;
    std::vector<std::string> lines_;
};

// Where the first anchor ('&') or alias ('*') is. yaml-cpp copies what an alias stands for, and an
// alias can stand for aliases: a few lines can become gigabytes. Throws YAML::Exception.
[[nodiscard]] std::optional<YAML::Mark> find_anchor(std::string_view text);

// One mapping of the file, with the path of keys that leads to it. Each accessor reports what is
// wrong to the problems and then has nothing to give.
class YamlMap {
public:
    // `start` is where it is named in the file.
    YamlMap(const YAML::Node& node, const YAML::Mark& start, std::string path, Problems& problems)
        : node_(node), start_(start), path_(std::move(path)), problems_(problems)
    {}

    // A mapping with no other keys than these and none twice.
    [[nodiscard]] bool has_only(std::span<const std::string_view> known) const;

    [[nodiscard]] bool has(std::string_view key) const { return at(key).IsDefined(); }
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    [[nodiscard]] std::optional<std::string> required_text(std::string_view key) const;
    // A list without repetitions.
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] std::optional<YamlMap> map(std::string_view key) const;
    // The entries of this mapping, in the file's order, each itself a mapping.
    [[nodiscard]] std::vector<std::pair<std::string, YamlMap>> maps() const;

    // A value with a parse() of its own.
    template <typename Value>
    [[nodiscard]] std::optional<Value> value(std::string_view key) const
    {
        const auto read = text(key);
        if (!read)
            return {};
        const auto parsed = Value::parse(*read);
        if (!parsed) {
            report(key, parsed.error().message);
            return {};
        }
        return *parsed;
    }

    // Against the key, or where the mapping starts when it has no such key.
    void report(std::string_view key, std::string_view what) const;
    // Against the mapping itself.
    void report(std::string_view what) const { problems_.add(start_, path_, what); }

private:
    // Looked up in a const node: yaml-cpp adds what it does not find to one that is not.
    [[nodiscard]] YAML::Node at(std::string_view key) const;
    [[nodiscard]] std::string path_to(std::string_view key) const;

    YAML::Node node_;
    YAML::Mark start_;
    std::string path_;
    Problems& problems_;
};

} // namespace onlan::model
