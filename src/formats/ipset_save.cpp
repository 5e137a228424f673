#include "formats/ipset_save.hpp"

#include <fmt/format.h>

#include "formats/lines.hpp"

namespace onlan::formats {
namespace {

std::vector<std::string> texts(const std::vector<std::string_view>& words, std::size_t from)
{
    return {words.begin() + static_cast<std::ptrdiff_t>(from), words.end()};
}

} // namespace

Result<std::vector<model::IpSet>> parse_ipset_save(std::string_view text)
{
    std::vector<model::IpSet> sets;
    ONLAN_CHECK(for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<> {
        const auto words = words_in(line);
        const auto malformed = [&](std::string_view why) {
            constexpr std::size_t kMostShown = 80;
            return fail(Failed::parse, fmt::format("ipset save, line {}: {}: '{}'", number, why,
                                                   line.substr(0, kMostShown)));
        };
        if (words.empty())
            return {};
        if (words.size() < 3)
            return malformed("too few words");
        if (words[0] == "create") {
            sets.push_back({.name = std::string(words[1]),
                            .type = std::string(words[2]),
                            .options = texts(words, 3),
                            .elements = {}});
            return {};
        }
        if (words[0] != "add")
            return malformed("neither a set nor an element");
        // Elements follow their set; those of list:set come behind all others.
        const auto set = std::ranges::find(sets, words[1], &model::IpSet::name);
        if (set == sets.end())
            return malformed("an element of a set that is not declared");
        set->elements.push_back(texts(words, 2));
        return {};
    }));
    return sets;
}

} // namespace onlan::formats
