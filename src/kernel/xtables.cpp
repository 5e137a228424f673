#include "kernel/xtables.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/subprocess.hpp"

namespace onlan::kernel {
namespace {

using model::XtablesBackend;
using net::Family;

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
            return malformed(number, line, "a quote is not closed");
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
        // Counters, when the program was asked for them.
        if (line.front() == '[')
            line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
        ONLAN_TRY(std::vector<std::string> words, words_of(line, number));
        if (words.empty())
            return malformed(number, line, "only counters");
        return words[0].front() == ':' ? chain(words, line, number)
                                       : rule(std::move(words), line, number);
    }

private:
    Result<> chain(const std::vector<std::string>& words, std::string_view line, std::size_t number)
    {
        if (words.size() < 2)
            return malformed(number, line, "a chain without a policy");
        (*table_)[words[0].substr(1)].policy = words[1];
        return {};
    }

    Result<> rule(std::vector<std::string> words, std::string_view line, std::size_t number)
    {
        if (words.size() < 2 || words[0] != "-A")
            return malformed(number, line, "neither a chain nor a rule");
        const auto chain = table_->find(words[1]);
        if (chain == table_->end())
            return malformed(number, line, "a rule in a chain that is not declared");
        words.erase(words.begin(), words.begin() + 2);
        chain->second.rules.push_back(std::move(words));
        return {};
    }

    model::XtablesRuleset& ruleset_;
    std::map<std::string, model::XtablesChain>* table_ = nullptr;
};

Result<Finished> run_xtables(std::vector<std::string> words)
{
    auto finished = run_program(words);
    if (!finished && finished.error().code == Failed::missing_feature)
        return fail(Failed::missing_feature,
                    fmt::format("{} is not installed, and this host has rules of its kind; install "
                                "the package iptables",
                                words.front()));
    return finished;
}

Result<model::XtablesRuleset> save(XtablesBackend backend, Family family)
{
    const std::string program = model::xtables_program(backend, family) + "-save";
    ONLAN_TRY(const Finished finished, run_xtables({program}));
    if (finished.status != 0)
        return fail(Failed::refused, fmt::format("{}: {}", program, finished.errors));
    return parse_iptables_save(finished.output, backend, family);
}

// net/netfilter/x_tables.c, xt_table_seq_show(): one table's name per line; the file exists once
// the module is loaded. /proc/net would be the namespace of the process' first thread.
bool has_legacy_tables(Family family)
{
    const auto names = read_file(family == Family::ipv4 ? "/proc/thread-self/net/ip_tables_names"
                                                        : "/proc/thread-self/net/ip6_tables_names");
    return names && !names->empty();
}

bool has_nft_tables(const std::vector<model::NftBaseChain>& chains, Family family)
{
    constexpr std::array<std::string_view, 5> kTables = {"filter", "nat", "mangle", "raw",
                                                         "security"};
    return std::ranges::any_of(chains, [&](const model::NftBaseChain& chain) {
        return chain.family == (family == Family::ipv4 ? "ip" : "ip6") &&
               std::ranges::find(kTables, chain.table) != kTables.end();
    });
}

Failure refused(const XtablesRule& rule, std::string_view doing, const Finished& finished)
{
    // The first line says what is wrong; "Try `iptables -h'" and the like follow it.
    const std::string why = finished.errors.substr(0, finished.errors.find('\n'));
    return fail(Failed::refused,
                fmt::format("{} {} of {}: {}", doing, rule.chain,
                            model::xtables_program(rule.backend, rule.family),
                            why.empty() ? fmt::format("status {}", finished.status) : why));
}

Result<Finished> run_on_rule(const XtablesRule& rule, const char* flag)
{
    // -w: dockerd and others change rules too; wait for the lock of x_tables instead of failing.
    std::vector<std::string> words = {model::xtables_program(rule.backend, rule.family),
                                      "-w",
                                      "5",
                                      "-t",
                                      rule.table,
                                      flag,
                                      rule.chain};
    std::ranges::copy(rule.arguments, std::back_inserter(words));
    return run_xtables(std::move(words));
}

} // namespace

Result<model::XtablesRuleset>
parse_iptables_save(std::string_view text, XtablesBackend backend, Family family)
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

Result<std::vector<model::XtablesRuleset>>
collect_xtables(const std::vector<model::NftBaseChain>& base_chains)
{
    std::vector<model::XtablesRuleset> rulesets;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (has_nft_tables(base_chains, family)) {
            ONLAN_TRY(auto ruleset, save(XtablesBackend::nft, family));
            rulesets.push_back(std::move(ruleset));
        }
        if (has_legacy_tables(family)) {
            ONLAN_TRY(auto ruleset, save(XtablesBackend::legacy, family));
            rulesets.push_back(std::move(ruleset));
        }
    }
    return rulesets;
}

Result<> insert_rule(const XtablesRule& rule)
{
    ONLAN_TRY(const Finished present, run_on_rule(rule, "-C"));
    if (present.status == 0)
        return {};
    ONLAN_TRY(const Finished inserted, run_on_rule(rule, "-I"));
    if (inserted.status != 0)
        return refused(rule, "insert a rule into", inserted);
    return {};
}

Result<> delete_rule(const XtablesRule& rule)
{
    // The older programs make the table that they look into.
    if (rule.backend == XtablesBackend::legacy && !has_legacy_tables(rule.family))
        return {};
    // -C ends with 1 for a missing rule and for a missing chain: in both cases there is nothing to
    // delete. Any other status (4: somebody holds the lock) says nothing about the rule.
    constexpr int kNoSuchRule = 1;
    ONLAN_TRY(const Finished present, run_on_rule(rule, "-C"));
    if (present.status == kNoSuchRule)
        return {};
    if (present.status != 0)
        return refused(rule, "look for a rule in", present);
    ONLAN_TRY(const Finished deleted, run_on_rule(rule, "-D"));
    if (deleted.status != 0)
        return refused(rule, "delete a rule from", deleted);
    return {};
}

} // namespace onlan::kernel
