#include "formats/iptables_save.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace onlan::formats {
namespace {

Failure malformed(std::size_t number, std::string_view line, std::string_view why)
{
    constexpr std::size_t kMostShown = 80;
    return fail(Failed::parse, fmt::format("iptables-save, line {}: {}: '{}'", number, why,
                                           line.substr(0, kMostShown)));
}

// Words as iptables-save writes them: separated by blanks; a word with blanks, quotes or
// backslashes stands in double quotes with a backslash before each quote and backslash (iptables,
// libxtables/xtables.c, xtables_save_string()).
Result<std::vector<std::string>> words_of(std::string_view line, std::size_t number)
{
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < line.size()) {
        if (line[at] == ' ') {
            ++at;
            continue;
        }
        std::string word;
        const bool quoted = line[at] == '"';
        at += quoted ? 1 : 0;
        while (at < line.size() && line[at] != (quoted ? '"' : ' ')) {
            if (quoted && line[at] == '\\' && at + 1 < line.size())
                ++at;
            word += line[at++];
        }
        if (quoted && at++ == line.size())
            return malformed(number, line, "unclosed quote");
        words.push_back(std::move(word));
    }
    return words;
}

// Where the line at the start of `text` ends. A line break inside quotes does not end it: a comment
// may hold one, and iptables-save prints it as it is.
std::size_t line_end(std::string_view text)
{
    const std::size_t first = std::min(text.find('\n'), text.size());
    if (text.starts_with('#'))
        return first;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (quoted && text[at] == '\\')
            ++at;
        else if (quoted)
            quoted = text[at] != '"';
        else if (text[at] == '\n')
            return at;
        else
            quoted = text[at] == '"' && at > 0 && text[at - 1] == ' ';
    }
    return quoted ? first : text.size();
}

struct Counters {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};

// "[12:3400]"; what is no number counts as zero.
Counters counters_of(std::string_view text)
{
    Counters counters;
    const char* end = text.data() + text.size();
    if (!text.starts_with('['))
        return counters;
    const auto [colon, error] = std::from_chars(text.data() + 1, end, counters.packets);
    if (error == std::errc{} && colon != end && *colon == ':')
        std::from_chars(colon + 1, end, counters.bytes);
    return counters;
}

class SaveParser {
public:
    explicit SaveParser(model::XtablesRuleset& ruleset) : ruleset_(ruleset) {}

    Result<> line(std::string_view line, std::size_t number)
    {
        if (line.empty() || line.front() == '#')
            return {};
        if (line.front() == '*') {
            table_ = &ruleset_.tables[std::string(line.substr(1))];
            return {};
        }
        if (line == "COMMIT") {
            table_ = nullptr;
            return {};
        }
        if (table_ == nullptr)
            return malformed(number, line, "a rule outside any table");
        ONLAN_TRY(std::vector<std::string> words, words_of(line, number));
        Counters counters;
        // When the program was asked for them (-c).
        if (!words.empty() && words[0].starts_with('[')) {
            counters = counters_of(words[0]);
            words.erase(words.begin());
        }
        if (words.empty() || words[0].empty())
            return malformed(number, line, "neither a chain nor a rule");
        return words[0].front() == ':' ? chain(words, line, number)
                                       : rule(std::move(words), counters, line, number);
    }

private:
    Result<> chain(const std::vector<std::string>& words, std::string_view line, std::size_t number)
    {
        if (words.size() < 2)
            return malformed(number, line, "a chain without a policy");
        model::XtablesChain& chain = (*table_)[words[0].substr(1)].edit();
        chain.policy = words[1];
        const Counters counters = words.size() > 2 ? counters_of(words[2]) : Counters{};
        chain.packets = counters.packets;
        chain.bytes = counters.bytes;
        return {};
    }

    Result<> rule(std::vector<std::string> words,
                  const Counters& counters,
                  std::string_view line,
                  std::size_t number)
    {
        if (words.size() < 2 || words[0] != "-A")
            return malformed(number, line, "neither a chain nor a rule");
        const auto chain = table_->find(words[1]);
        if (chain == table_->end())
            return malformed(number, line, "a rule in a chain that is not declared");
        words.erase(words.begin(), words.begin() + 2);
        chain->second.edit().rules.push_back(
            {.words = std::move(words), .packets = counters.packets, .bytes = counters.bytes});
        return {};
    }

    model::XtablesRuleset& ruleset_;
    std::map<std::string, Shared<model::XtablesChain>>* table_ = nullptr;
};

} // namespace

Result<model::XtablesRuleset>
parse_iptables_save(std::string_view text, model::XtablesBackend backend, net::Family family)
{
    model::XtablesRuleset ruleset{.backend = backend, .family = family, .tables = {}};
    SaveParser parser(ruleset);
    std::size_t number = 1;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, line_end(text));
        ONLAN_CHECK(parser.line(line, number));
        number += 1 + static_cast<std::size_t>(std::ranges::count(line, '\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return ruleset;
}

} // namespace onlan::formats
