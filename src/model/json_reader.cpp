#include "model/json_reader.hpp"

#include "base/number.hpp"

namespace onlan::model {
namespace {

using nlohmann::json;

// A key of a JSON pointer: RFC 6901, section 3.
std::string pointer_key(std::string_view key)
{
    std::string escaped = "/";
    for (const char c : key) {
        if (c == '~' || c == '/')
            escaped += c == '~' ? "~0" : "~1";
        else
            escaped += c;
    }
    return escaped;
}

} // namespace

Failure JsonReader::failure() const
{
    return fail(Failed::parse,
                fmt::format("at {}: {}", place_.empty() ? "the top" : place_, problem_));
}

bool JsonReader::fault(std::string problem)
{
    problem_ = std::move(problem);
    return false;
}

bool JsonReader::expected(std::string_view what, const json& found)
{
    constexpr std::size_t kMostShown = 60;
    std::string shown = found.is_structured()
                            ? fmt::format("an {}", found.type_name())
                            : found.dump(-1, ' ', true, json::error_handler_t::replace);
    if (shown.size() > kMostShown)
        shown = shown.substr(0, kMostShown) + "…";
    return fault(fmt::format("expected {}, found {}", what, shown));
}

bool JsonReader::at(std::string_view key, bool good)
{
    if (!good)
        place_.insert(0, pointer_key(key));
    return good;
}

bool JsonReader::read(json& tree, bool& value)
{
    if (!tree.is_boolean())
        return expected("true or false", tree);
    value = tree.get<bool>();
    return true;
}

bool JsonReader::read(json& tree, std::string& value)
{
    if (!tree.is_string())
        return expected("a string", tree);
    value = std::move(tree.get_ref<std::string&>());
    return true;
}

bool JsonReader::read(json& tree, Rule& rule)
{
    PolicyRule decoded;
    if (!read(tree, decoded))
        return false;
    rule = rule_from(decoded);
    return true;
}

bool JsonReader::read(json& tree, std::vector<std::uint8_t>& bytes)
{
    std::string text;
    if (!read(tree, text))
        return false;
    bytes.assign(text.size() / 2, 0);
    bool good = text.size() % 2 == 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = parse_number<std::uint8_t>(std::string_view(text).substr(2 * i, 2), 16);
        good = good && byte;
        bytes[i] = byte.value_or(0);
    }
    return good || fault("expected pairs of hex digits");
}

bool JsonReader::read(json& tree, NftListing& listing)
{
    auto found = NftListing::from(std::move(tree));
    if (!found)
        return fault(std::move(found).error().message);
    listing = *std::move(found);
    return true;
}

bool JsonReader::key_from(const std::string& name, std::string& key)
{
    key = name;
    return true;
}

bool JsonReader::key_from(const std::string& name, int& key)
{
    const auto number = parse_number<int>(name);
    key = number.value_or(0);
    return number || fault("expected a number");
}

} // namespace onlan::model
