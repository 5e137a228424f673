#include "rules/xt/rule.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"

namespace onlan::rules::xt {
namespace {

const std::string kNoWord;

constexpr auto kBaseOptions = std::to_array<std::string_view>(
    {"-s", "-d", "-i", "-o", "-p", "-f", "--source", "--destination", "--in-interface",
     "--out-interface", "--protocol", "--fragment"});

// Their word may look like an option.
constexpr auto kFreeText =
    std::to_array<std::string_view>({"--comment", "--log-prefix", "--nflog-prefix", "--ulog-prefix",
                                     "--string", "--hex-string", "--name", "--hashlimit-name"});

bool is_base(std::string_view word)
{
    return std::ranges::find(kBaseOptions, word) != kBaseOptions.end();
}

bool begins_option(std::string_view word)
{
    return word == "!" || word == "-m" || word == "-j" || word == "-g" || word.starts_with("--") ||
           is_base(word);
}

// The words that belong to the option at `at`, which is moved past them.
std::vector<std::string> words_of_option(const std::vector<std::string>& words, std::size_t& at)
{
    const std::string& name = words[at++];
    std::vector<std::string> own;
    const bool free_text = std::ranges::find(kFreeText, name) != kFreeText.end();
    if (free_text && at < words.size()) {
        own.push_back(words[at++]);
        return own;
    }
    while (at < words.size() && !begins_option(words[at]))
        own.push_back(words[at++]);
    return own;
}

bool needs_quotes(std::string_view word)
{
    return word.empty() || word.find_first_of(" \t\n\"\\'") != std::string_view::npos;
}

} // namespace

const std::string& Option::word() const
{
    return words.empty() ? kNoWord : words.front();
}

const Option* Extension::find(std::string_view option) const
{
    const auto found = std::ranges::find(options, option, &Option::name);
    return found == options.end() ? nullptr : &*found;
}

Result<ParsedRule> parse_rule(const std::vector<std::string>& words)
{
    ParsedRule rule;
    Extension* open = nullptr; // whose options come next
    bool inverted = false;
    for (std::size_t at = 0; at < words.size();) {
        const std::string& word = words[at];
        if (word == "!") {
            inverted = true;
            ++at;
            continue;
        }
        if (word == "-m" || word == "-j" || word == "-g") {
            if (at + 1 == words.size())
                return malformed(fmt::format("nothing after {}", word));
            if (word == "-m")
                open = &rule.matches.emplace_back();
            else
                open = &rule.target;
            open->name = words[at + 1];
            rule.go_to = rule.go_to || word == "-g";
            at += 2;
            continue;
        }
        if (!word.starts_with('-'))
            return malformed(fmt::format("'{}' is not an option", word));
        Option option{.inverted = std::exchange(inverted, false), .name = word};
        option.words = words_of_option(words, at);
        if (is_base(word))
            rule.base.push_back(std::move(option));
        else if (open != nullptr)
            open->options.push_back(std::move(option));
        else
            return malformed(fmt::format("the option {} belongs to no match", word));
    }
    return rule;
}

std::string text_of(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) {
        text += text.empty() ? "" : " ";
        if (!needs_quotes(word)) {
            text += word;
            continue;
        }
        text += '"';
        for (const char letter : word) {
            if (letter == '"' || letter == '\\' || letter == '\'')
                text += '\\';
            text += letter;
        }
        text += '"';
    }
    return text;
}

} // namespace onlan::rules::xt
