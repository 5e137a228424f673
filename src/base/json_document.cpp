#include "base/json_document.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace onlan {
namespace {

constexpr int kDeepest = 64;

int deepest(std::string_view text)
{
    int depth = 0;
    int most = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '\\')
            ++at;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            most = std::max(most, ++depth);
        else if (!quoted && (c == ']' || c == '}'))
            --depth;
    }
    return most;
}

} // namespace

Result<nlohmann::json> parse_json_document(std::string_view text)
{
    if (deepest(text) > kDeepest)
        return fail(Failed::parse, fmt::format("nested more than {} deep", kDeepest));
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        const std::string_view before = text.substr(0, error.byte);
        return fail(Failed::parse,
                    fmt::format("line {}: {}", 1 + std::ranges::count(before, '\n'), error.what()));
    }
}

} // namespace onlan
