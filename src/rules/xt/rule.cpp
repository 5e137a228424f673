#include "rules/xt/rule.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "rules/machine/reading.hpp"
#include "rules/xt/grammar.hpp"
#include "rules/xt/words.hpp"

namespace onlan::rules::xt {
namespace {

const std::string kNoWord;

// Their word may look like an option.
constexpr auto kFreeText =
    std::to_array<std::string_view>({"--comment", "--log-prefix", "--nflog-prefix", "--ulog-prefix",
                                     "--string", "--hex-string", "--name", "--hashlimit-name"});
// They are followed by two words.
constexpr auto kPairs = std::to_array<std::string_view>(
    {"--tcp-flags", "--match-set", "--add-set", "--del-set", "--map-set"});

bool begins_option(std::string_view word)
{
    return word == "!" || word.starts_with("--") || !base_option(word).empty();
}

// Goes through the words of a rule as getopt_long(3) does for iptables.
class RuleReader {
public:
    explicit RuleReader(const std::vector<std::string>& words) : words_(words) {}

    Result<ParsedRule> read() &&
    {
        while (at_ < words_.size()) {
            if (words_[at_] == "!") {
                inverted_ = true;
                ++at_;
            } else {
                ONLAN_CHECK(read_option());
            }
        }
        if (inverted_)
            return not_understood("nothing stands after the last '!'");
        return std::move(rule_);
    }

private:
    Result<> read_option()
    {
        const std::string& word = words_[at_];
        if (!word.starts_with('-'))
            return not_understood(fmt::format("'{}' is not an option", word));
        if (Extension* extension = owner_of(word))
            return add_option(*extension);
        const std::string_view base = base_option(word);
        if (base.empty())
            return not_understood(fmt::format("the option {} belongs to no match", word));
        if (base == "-m" || base == "-j" || base == "-g")
            return open_extension(base);
        ONLAN_TRY(Option option, read_words(base));
        const std::size_t expected = base == "-f" ? 0 : 1;
        if (option.words.size() != expected)
            return not_understood(
                fmt::format("the option {} with {} words", base, option.words.size()));
        rule_.base.push_back(std::move(option));
        return {};
    }

    Result<> open_extension(std::string_view base)
    {
        if (at_ + 1 >= words_.size())
            return not_understood(fmt::format("nothing stands after {}", base));
        Extension& opened = base == "-m" ? rule_.matches.emplace_back() : rule_.target;
        opened.name = words_[at_ + 1];
        if (opened.name == "icmpv6")
            opened.name = "icmp6";
        rule_.go_to = rule_.go_to || base == "-g";
        last_is_target_ = base != "-m";
        at_ += 2;
        return {};
    }

    Result<> add_option(Extension& extension)
    {
        const std::string& word = words_[at_];
        const std::string_view known = option_of(extension.name, word, Spelling::abbreviated);
        ONLAN_TRY(Option option, read_words(known.empty() ? std::string_view(word) : known));
        const bool pair = std::ranges::find(kPairs, option.name) != kPairs.end();
        if (has_grammar(extension.name) && option.words.size() > (pair ? 2U : 1U))
            return not_understood(
                fmt::format("'{}' behind the option {}", option.words.back(), option.name));
        extension.options.push_back(std::move(option));
        return {};
    }

    // The one that the option belongs to: the last that has it, and of those that only have a
    // longer one. Null: none.
    Extension* owner_of(const std::string& word)
    {
        for (const Spelling spelling : {Spelling::exact, Spelling::abbreviated}) {
            if (has_option(rule_.target, word, spelling))
                return &rule_.target;
            for (Extension& match : rule_.matches | std::views::reverse) {
                if (has_option(match, word, spelling))
                    return &match;
            }
            if (!base_option(word).empty())
                return nullptr;
        }
        if (Extension* match = match_of_protocol_with(word))
            return match;
        Extension* last = last_is_target_         ? &rule_.target
                          : rule_.matches.empty() ? nullptr
                                                  : &rule_.matches.back();
        return last != nullptr && word.starts_with("--") && !has_grammar(last->name) ? last
                                                                                     : nullptr;
    }

    static bool has_option(const Extension& extension, const std::string& word, Spelling spelling)
    {
        return !option_of(extension.name, word, spelling).empty();
    }

    // The match of the protocol, which then is asked for without -m.
    Extension* match_of_protocol_with(const std::string& word)
    {
        const auto protocol = std::ranges::find(rule_.base, "-p", &Option::name);
        if (protocol == rule_.base.end())
            return nullptr;
        const auto number = protocol_of(protocol->word());
        const std::string_view name = number ? match_of_protocol(*number) : std::string_view{};
        if (name.empty() || option_of(name, word, Spelling::abbreviated).empty())
            return nullptr;
        Extension& match = rule_.matches.emplace_back();
        match.name = name;
        last_is_target_ = false;
        return &match;
    }

    // The words up to the next option. Of old the '!' could stand in front of them, too.
    Result<Option> read_words(std::string_view name)
    {
        Option option{.inverted = std::exchange(inverted_, false), .name = std::string(name)};
        ++at_;
        if (at_ + 1 < words_.size() && words_[at_] == "!" && !begins_option(words_[at_ + 1])) {
            if (option.inverted)
                return not_understood(fmt::format("the option {} is inverted twice", name));
            option.inverted = true;
            ++at_;
        }
        if (std::ranges::find(kFreeText, name) != kFreeText.end() && at_ < words_.size())
            option.words.push_back(words_[at_++]);
        else
            while (at_ < words_.size() && !begins_option(words_[at_]))
                option.words.push_back(words_[at_++]);
        return option;
    }

    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
    bool inverted_ = false;
    bool last_is_target_ = false; // the extension that was named last
    ParsedRule rule_;
};

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
    return RuleReader(words).read();
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
