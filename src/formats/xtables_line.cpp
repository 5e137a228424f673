#include "formats/xtables_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace onlan::formats {
namespace {

using Command = XtablesLine::Command;

struct CommandWord {
    std::string_view brief;
    std::string_view name;
    Command command = Command::none;
};
constexpr auto kCommands = std::to_array<CommandWord>({
    {"-A", "--append", Command::append},
    {"-I", "--insert", Command::insert},
    {"-R", "--replace", Command::replace},
    {"-D", "--delete", Command::remove},
    {"-P", "--policy", Command::policy},
    {"-N", "--new-chain", Command::new_chain},
    {"-X", "--delete-chain", Command::delete_chain},
    {"-F", "--flush", Command::flush},
    {"-Z", "--zero", Command::nothing},
    {"-C", "--check", Command::nothing},
});

constexpr std::size_t kMostRulesOfALine = 1024;
constexpr std::size_t kLongestList = std::size_t{64} << 10U;

bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

// "--table=nat" is two words.
std::vector<std::string> with_values_apart(const std::vector<std::string>& words)
{
    std::vector<std::string> apart;
    for (const std::string& word : words) {
        const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
        apart.push_back(word.substr(0, equals));
        if (equals != std::string::npos)
            apart.push_back(word.substr(equals + 1));
    }
    return apart;
}

bool is_number(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Goes through the words in front of the rule, which say what is to be done with it.
class LineReader {
public:
    explicit LineReader(std::vector<std::string> words) : words_(std::move(words)) {}

    XtablesLine read() &&
    {
        if (at_ < words_.size() && words_[at_].starts_with('['))
            line_.counters = xtables_counters(words_[at_++]);
        while (at_ < words_.size() && read_option()) {
        }
        take_table_behind();
        line_.rest.insert(line_.rest.end(), std::make_move_iterator(words_.begin() + place()),
                          std::make_move_iterator(words_.end()));
        return std::move(line_);
    }

private:
    [[nodiscard]] std::ptrdiff_t place() const { return static_cast<std::ptrdiff_t>(at_); }
    [[nodiscard]] const std::string& word() const { return words_[at_]; }

    // False: what stands here is the rule's.
    bool read_option()
    {
        const std::string& name = word();
        const auto* const found = std::ranges::find_if(kCommands, [&](const CommandWord& one) {
            return name == one.brief || name == one.name;
        });
        if (found != kCommands.end() && line_.command == Command::none) {
            line_.command = found->command;
            ++at_;
            if (at_ < words_.size() && !word().starts_with('-'))
                line_.chain = words_[at_++];
            return true;
        }
        if (name == "-4" || name == "--ipv4" || name == "-6" || name == "--ipv6") {
            line_.only_family = name.ends_with('4') ? net::Family::ipv4 : net::Family::ipv6;
            ++at_;
            return true;
        }
        if (name == "-w" || name == "--wait" || name == "-v" || name == "--verbose") {
            ++at_;
            if (at_ < words_.size() && is_number(word())) // seconds
                ++at_;
            return true;
        }
        return read_table() || read_counters();
    }

    bool read_table()
    {
        if ((word() != "-t" && word() != "--table") || at_ + 1 >= words_.size())
            return false;
        line_.table = words_[at_ + 1];
        at_ += 2;
        return true;
    }

    bool read_counters()
    {
        if ((word() != "-c" && word() != "--set-counters") || at_ + 2 >= words_.size())
            return false;
        line_.counters = xtables_counters("[" + words_[at_ + 1] + ":" + words_[at_ + 2] + "]");
        at_ += 3;
        return true;
    }

    // "-A POSTROUTING -j MASQUERADE -t nat"
    void take_table_behind()
    {
        if (words_.size() < at_ + 2 || *(words_.end() - 2) != "-t")
            return;
        line_.table = words_.back();
        words_.resize(words_.size() - 2);
    }

    std::vector<std::string> words_;
    std::size_t at_ = 0;
    XtablesLine line_;
};

bool names_addresses(std::string_view option)
{
    constexpr auto kOptions = std::to_array<std::string_view>(
        {"-s", "--source", "--src", "-d", "--destination", "--dst"});
    return std::ranges::find(kOptions, option) != kOptions.end();
}

// The place of a list of addresses that stand for rules of their own; none: the end.
std::size_t address_list(const std::vector<std::string>& words)
{
    for (std::size_t at = 1; at < words.size(); ++at) {
        const bool negated = at > 1 && words[at - 2] == "!";
        if (!negated && names_addresses(words[at - 1]) && words[at].find(',') != std::string::npos)
            return at;
    }
    return words.size();
}

bool stands_for_too_many(const std::vector<std::string>& words)
{
    std::size_t rules = 1;
    std::size_t letters = 0;
    for (const std::string& word : words) {
        letters += word.size();
        rules *= 1 + static_cast<std::size_t>(std::ranges::count(word, ','));
        if (rules > kMostRulesOfALine || letters > kLongestList)
            return true;
    }
    return false;
}

} // namespace

XtablesCounters xtables_counters(std::string_view text)
{
    XtablesCounters counters;
    const char* end = text.data() + text.size();
    if (!text.starts_with('['))
        return counters;
    const auto [colon, error] = std::from_chars(text.data() + 1, end, counters.packets);
    if (error == std::errc{} && colon != end && *colon == ':')
        std::from_chars(colon + 1, end, counters.bytes);
    return counters;
}

std::optional<std::vector<std::string>> split_words(std::string_view line)
{
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < line.size()) {
        if (is_blank(line[at])) {
            ++at;
            continue;
        }
        std::string word;
        const char quote = line[at] == '"' || line[at] == '\'' ? line[at++] : '\0';
        while (at < line.size() && (quote != '\0' ? line[at] != quote : !is_blank(line[at]))) {
            if (quote != '\0' && line[at] == '\\' && at + 1 < line.size())
                ++at;
            word += line[at++];
        }
        if (quote != '\0' && at++ == line.size())
            return std::nullopt;
        words.push_back(std::move(word));
    }
    return words;
}

XtablesLine read_xtables_line(std::string_view line)
{
    if (auto words = split_words(line))
        return LineReader(with_values_apart(*std::move(words))).read();
    const std::size_t quote = line.find_first_of("\"'");
    const std::size_t end = line.find_last_of(' ', quote);
    XtablesLine read =
        LineReader(split_words(line.substr(0, end)).value_or(std::vector<std::string>{})).read();
    read.rest = {std::string(line.substr(0, line.find_last_not_of(' ') + 1))};
    return read;
}

std::vector<std::vector<std::string>> one_rule_per_address(const std::vector<std::string>& words)
{
    std::vector<std::vector<std::string>> rules = {words};
    if (stands_for_too_many(words))
        return rules;
    for (std::size_t next = 0; next < rules.size();) {
        const std::size_t place = address_list(rules[next]);
        if (place == rules[next].size()) {
            ++next;
            continue;
        }
        const std::string list = rules[next][place];
        const std::size_t comma = list.find(',');
        std::vector<std::string> others = rules[next];
        rules[next][place] = list.substr(0, comma);
        others[place] = list.substr(comma + 1);
        rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(next) + 1, std::move(others));
    }
    return rules;
}

} // namespace onlan::formats
