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

Failure not_json(std::string_view before, std::string_view why)
{
    return fail(Failed::parse,
                fmt::format("line {}: {}", 1 + std::ranges::count(before, '\n'), why));
}

} // namespace

Result<nlohmann::json> parse_json_document(std::string_view text)
{
    if (deepest(text) > kDeepest)
        return fail(Failed::parse, fmt::format("nested more than {} deep", kDeepest));
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        return not_json(text.substr(0, error.byte), error.what());
    } catch (const nlohmann::json::out_of_range& error) { // 1e999; it tells the number, not where
        const std::string_view what = error.what();
        const std::size_t quote = std::min(what.find('\''), what.size() - 1);
        const std::string_view number = what.substr(quote + 1, what.rfind('\'') - quote - 1);
        return not_json(text.substr(0, text.find(number)), what);
    }
}

std::string json_document_text(const nlohmann::json& document)
{
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace onlan
