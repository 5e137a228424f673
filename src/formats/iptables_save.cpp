#include "formats/iptables_save.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.hpp"
#include "formats/xtables_line.hpp"

namespace onlan::formats {
namespace {

using Table = std::map<std::string, Shared<model::XtablesChain>>;
using Command = XtablesLine::Command;

constexpr std::size_t kLongestQuote = 80;
constexpr std::size_t kMostUnread = 16;

// The chains that a table has from the start: xt_table.valid_hooks of iptable_filter.c and its kin.
struct BuiltIn {
    std::string_view table;
    std::array<std::string_view, 5> chains;
};
constexpr auto kBuiltIn = std::to_array<BuiltIn>({
    {"filter", {"INPUT", "FORWARD", "OUTPUT"}},
    {"nat", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"}},
    {"mangle", {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"}},
    {"raw", {"PREROUTING", "OUTPUT"}},
    {"security", {"INPUT", "FORWARD", "OUTPUT"}},
});

bool is_table(std::string_view name)
{
    return std::ranges::find(kBuiltIn, name, &BuiltIn::table) != kBuiltIn.end();
}

bool is_built_in(std::string_view table, std::string_view chain)
{
    const auto* const found = std::ranges::find(kBuiltIn, table, &BuiltIn::table);
    return found != kBuiltIn.end() && std::ranges::count(found->chains, chain) != 0;
}

std::string_view without_blanks(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Where the line at the start of `text` ends. A line break inside quotes does not end it: a comment
// may hold one, and iptables-save prints it as it is.
std::size_t line_end(std::string_view text)
{
    const std::size_t first = std::min(text.find('\n'), text.size());
    if (!text.starts_with('-') && !text.starts_with('['))
        return first;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (quoted && text[at] == '\\') {
            ++at;
        } else if (quoted && text[at] == '"') {
            quoted = false;
            if (at + 1 < text.size() && text[at + 1] != ' ' && text[at + 1] != '\n')
                return first; // it opens another text: ours was never closed
        } else if (!quoted && text[at] == '\n') {
            return at;
        } else if (!quoted) {
            quoted = text[at] == '"' && at > 0 && text[at - 1] == ' ';
        }
    }
    return quoted ? first : text.size();
}

std::optional<std::size_t> place_of(std::string_view text)
{
    const auto place = parse_number<std::size_t>(text);
    return place && *place > 0 ? std::optional(*place - 1) : std::nullopt;
}

// What iptables-restore would make of the lines, from an empty kernel on.
class SaveParser {
public:
    explicit SaveParser(model::XtablesRuleset& ruleset) : ruleset_(ruleset) {}

    void line(std::string_view line, std::size_t number)
    {
        if (line.empty() || line.front() == '#')
            return;
        if (!take(line))
            pass_over(line, number);
    }

private:
    // False: it says nothing about rules.
    bool take(std::string_view line)
    {
        if (line.front() == '*') {
            const std::string_view name = without_blanks(line.substr(1));
            if (!is_table(name))
                return false;
            table_ = name;
            ruleset_.tables[table_];
            return true;
        }
        if (line == "COMMIT") {
            table_.clear();
            return true;
        }
        if (line.front() == ':')
            return !table_.empty() && declare(line.substr(1));
        if (line.front() != '-' && line.front() != '[')
            return false;
        XtablesLine words = read_xtables_line(line);
        if (words.command == Command::none)
            return false;
        return is_for(words) ? obey(std::move(words)) : true;
    }

    [[nodiscard]] bool is_for(const XtablesLine& words) const
    {
        return !words.only_family || words.only_family == ruleset_.family;
    }

    // "INPUT ACCEPT [12:3400]"
    bool declare(std::string_view line)
    {
        const auto words = split_words(line).value_or(std::vector<std::string>{});
        if (words.size() < 2)
            return false;
        model::XtablesChain& chain = ruleset_.tables[table_][words[0]].edit();
        chain.policy = words[1];
        const XtablesCounters counters =
            words.size() > 2 ? xtables_counters(words[2]) : XtablesCounters{};
        chain.packets = counters.packets;
        chain.bytes = counters.bytes;
        return true;
    }

    bool obey(XtablesLine line)
    {
        // `iptables` means this table where none is named.
        const std::string table = !line.table.empty() ? line.table
                                  : !table_.empty()   ? table_
                                                      : "filter";
        if (!is_table(table))
            return false;
        Table& chains = ruleset_.tables[table];
        switch (line.command) {
        case Command::none:
            return false;
        case Command::nothing:
            return true;
        case Command::new_chain:
            chains[line.chain].edit().policy = "-";
            return true;
        case Command::policy:
            if (line.rest.empty() || !is_built_in(table, line.chain))
                return false;
            chains[line.chain].edit().policy = line.rest.front();
            return true;
        case Command::flush:
            for (auto& [name, chain] : chains) {
                if (line.chain.empty() || name == line.chain)
                    chain.edit().rules.clear();
            }
            return true;
        case Command::delete_chain:
            std::erase_if(chains, [&](const auto& one) {
                return one.second->policy == "-" && (line.chain.empty() || one.first == line.chain);
            });
            return true;
        default:
            return change_rules(table, chains, std::move(line));
        }
    }

    bool change_rules(const std::string& table, Table& chains, XtablesLine line)
    {
        auto chain = chains.find(line.chain);
        if (chain == chains.end()) {
            const bool built_in = is_built_in(table, line.chain);
            if (line.chain.empty() || (!built_in && table_.empty()))
                return false;
            chain = chains.emplace(line.chain, model::XtablesChain{}).first;
            chain->second.edit().policy = built_in ? "ACCEPT" : "-";
        }
        std::vector<model::XtablesRule>& rules = chain->second.edit().rules;
        const auto place = line.command == Command::append || line.rest.empty()
                               ? std::nullopt
                               : place_of(line.rest.front());
        if (place)
            line.rest.erase(line.rest.begin());
        const std::size_t at = std::min(place.value_or(0), rules.size());
        const auto here = rules.begin() + static_cast<std::ptrdiff_t>(at);
        switch (line.command) {
        case Command::append:
            insert(rules, rules.end(), line);
            return true;
        case Command::insert:
            insert(rules, here, line);
            return true;
        case Command::replace:
            if (at == rules.size())
                return false;
            insert(rules, rules.erase(here), line);
            return true;
        default:
            return remove(rules, place ? here : rules.end(), line);
        }
    }

    static void insert(std::vector<model::XtablesRule>& rules,
                       std::vector<model::XtablesRule>::iterator before,
                       const XtablesLine& line)
    {
        std::vector<model::XtablesRule> own;
        for (std::vector<std::string>& words : one_rule_per_address(line.rest))
            own.push_back({.words = std::move(words),
                           .packets = line.counters.packets,
                           .bytes = line.counters.bytes});
        rules.insert(before, std::make_move_iterator(own.begin()),
                     std::make_move_iterator(own.end()));
    }

    // The one at its place, or the first that reads the same.
    static bool remove(std::vector<model::XtablesRule>& rules,
                       std::vector<model::XtablesRule>::iterator at,
                       const XtablesLine& line)
    {
        if (at == rules.end())
            at = std::ranges::find(rules, line.rest, &model::XtablesRule::words);
        if (at == rules.end())
            return false;
        rules.erase(at);
        return true;
    }

    void pass_over(std::string_view line, std::size_t number)
    {
        if (ruleset_.unread.size() < kMostUnread)
            ruleset_.unread.push_back(
                fmt::format("line {} is no rule: '{}'", number, line.substr(0, kLongestQuote)));
        else
            ruleset_.unread.back() = fmt::format("line {} and others are no rules", number);
    }

    model::XtablesRuleset& ruleset_;
    std::string table_; // empty: outside any
};

} // namespace

Result<model::XtablesRuleset>
parse_iptables_save(std::string_view text, model::XtablesBackend backend, net::Family family)
{
    model::XtablesRuleset ruleset{.backend = backend, .family = family};
    SaveParser parser(ruleset);
    std::size_t number = 1;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, line_end(text));
        parser.line(without_blanks(line), number);
        number += 1 + static_cast<std::size_t>(std::ranges::count(line, '\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    if (ruleset.tables.empty() && !ruleset.unread.empty())
        return fail(Failed::parse, fmt::format("it holds no rules as iptables-save prints them: {}",
                                               ruleset.unread.front()));
    return ruleset;
}

} // namespace onlan::formats
