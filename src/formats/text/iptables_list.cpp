// `iptables -L`, with -n and -v or without.

#include <algorithm>
#include <array>

#include "formats/text/form.hpp"
#include "formats/text/iptables_extras.hpp"
#include "formats/text/iptables_tables.hpp"
#include "formats/text/words.hpp"
#include "net/protocols.hpp"

namespace onlan::formats::text::forms {
namespace {

// Which columns a listing has is in its head: "num   pkts bytes target prot opt in out …".
struct Columns {
    bool numbers = false;
    bool counters = false;
    bool interfaces = false; // only with -v
};

// The number before K, M, G or T stands for that many thousands.
std::uint64_t counter_in(std::string_view text)
{
    constexpr std::string_view kUnits = "KMGT";
    std::uint64_t factor = 1;
    const std::size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
    if (unit != std::string_view::npos) {
        text.remove_suffix(1);
        for (std::size_t i = 0; i <= unit; ++i)
            factor *= 1000;
    }
    return parse_number<std::uint64_t>(text).value_or(0) * factor;
}

// "0.0.0.0/0", "!10.0.0.0/8", "anywhere"; nothing for what is no address.
std::optional<std::string> address_in(std::string_view word)
{
    const std::string_view bare = word.substr(word.starts_with('!') ? 1 : 0);
    const bool any = bare == "anywhere";
    if (!any && !value_of<net::IpAddress>(bare.substr(0, bare.find('/'))))
        return {};
    return any ? std::string{} : std::string(word);
}

bool is_everything(std::string_view address)
{
    return address.empty() || address == "0.0.0.0/0" || address == "::/0";
}

// Adds an option whose value may begin with "!".
void add_option(std::vector<std::string>& words, std::string_view option, std::string_view value)
{
    if (value.starts_with('!')) {
        words.emplace_back("!");
        value.remove_prefix(1);
    }
    words.emplace_back(option);
    words.emplace_back(value);
}

// "tcp", "6" since iptables 1.8.9; empty for all of them.
std::string protocol_in(std::string_view word)
{
    const bool inverted = word.starts_with('!');
    const std::string_view bare = word.substr(inverted ? 1 : 0);
    if (bare == "all" || bare == "0")
        return {};
    const auto number = parse_number<std::uint8_t>(bare);
    const std::string_view name = number ? net::protocol_name(*number) : bare;
    return (inverted ? "!" : "") + std::string(name.empty() ? bare : name);
}

// A row taken apart at its addresses, for what stands before them may be left blank.
struct Row {
    std::string target;
    std::string protocol;
    std::string in;
    std::string out;
    std::string source;
    std::string destination;
    std::string extras;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};

std::optional<Row> row_in(std::string_view line, const Columns& columns)
{
    const std::vector<std::string_view> words = words_in(line);
    const std::size_t front = (columns.numbers ? 1U : 0U) + (columns.counters ? 2U : 0U);
    const std::size_t between = columns.interfaces ? 2 : 0; // the protocol and the addresses
    std::size_t source = front + 1 + between;
    while (source + 1 < words.size() &&
           !(address_in(words[source]) && address_in(words[source + 1])))
        ++source;
    if (source + 1 >= words.size())
        return {};
    Row row{.source = *address_in(words[source]), .destination = *address_in(words[source + 1])};
    if (columns.counters) {
        row.packets = counter_in(words[front - 2]);
        row.bytes = counter_in(words[front - 1]);
    }
    std::size_t at = source - between;
    if (columns.interfaces) {
        row.in = words[at];
        row.out = words[at + 1];
    }
    --at;
    if (words[at] == "--" || words[at] == "-f" || words[at] == "!f")
        --at;
    if (at < front || at > front + 1)
        return {};
    row.protocol = protocol_in(words[at]);
    if (at == front + 1)
        row.target = words[front];
    const char* const after = words[source + 1].data() + words[source + 1].size();
    row.extras = line.substr(static_cast<std::size_t>(after - line.data()));
    return row;
}

// Of a listing without -v nobody knows whether a rule is for some interface only.
constexpr std::string_view kNoInterfaces = "interfaces (`iptables -S` would tell)";

model::XtablesRule rule_from(const Row& row, const Columns& columns)
{
    model::XtablesRule rule{.words = {}, .packets = row.packets, .bytes = row.bytes};
    if (!is_everything(row.source))
        add_option(rule.words, "-s", row.source);
    if (!is_everything(row.destination))
        add_option(rule.words, "-d", row.destination);
    if (!row.in.empty() && row.in != "*" && row.in != "any")
        add_option(rule.words, "-i", row.in);
    if (!row.out.empty() && row.out != "*" && row.out != "any")
        add_option(rule.words, "-o", row.out);
    if (!row.protocol.empty())
        add_option(rule.words, "-p", row.protocol);
    const Extras extras = extras_in(row.extras, row.target);
    std::ranges::copy(extras.matches, std::back_inserter(rule.words));
    if (!columns.interfaces) {
        rule.words.emplace_back("-m");
        rule.words.emplace_back(kNoInterfaces);
    }
    if (row.target.empty())
        return rule;
    rule.words.emplace_back(extras.go_to ? "-g" : "-j");
    rule.words.push_back(row.target);
    std::ranges::copy(extras.target, std::back_inserter(rule.words));
    return rule;
}

class ListReader {
public:
    ListReader(const Excerpt& excerpt, Paste& paste) : excerpt_(excerpt), paste_(paste) {}

    void read()
    {
        for (const Line& line : excerpt_.lines) {
            if (!take(line.text))
                paste_.not_used(line, "not a line of `iptables -L`");
        }
        model::XtablesRuleset rules{.family = family_of(excerpt_), .tables = {}};
        const std::string_view asked = excerpt_.option("-t");
        const bool told = !asked.empty() || !excerpt_.command.empty();
        rules.tables[told ? std::string(asked.empty() ? "filter" : asked) : table_from(hints_)] =
            std::move(chains_);
        add_tables(std::move(rules), paste_.part(excerpt_));
    }

private:
    bool take(std::string_view line)
    {
        Words words(line);
        if (words.take("Chain"))
            return begin(std::string(words.next()), line);
        if (words.has("target") && words.has("prot")) {
            columns_ = {.numbers = words.has("num"),
                        .counters = words.has("pkts"),
                        .interfaces = words.has("in") && words.has("out")};
            return true;
        }
        const auto row = row_in(line, columns_);
        if (!row || current_.empty())
            return false;
        hints_.translates =
            hints_.translates || std::ranges::find(kNatTargets, row->target) != kNatTargets.end();
        chains_[current_].edit().rules.push_back(rule_from(*row, columns_));
        return true;
    }
    // "Chain FORWARD (policy DROP 0 packets, 0 bytes)", "Chain DOCKER (2 references)"
    bool begin(std::string name, std::string_view line)
    {
        current_ = std::move(name);
        const std::size_t policy = line.find("(policy ");
        model::XtablesChain chain{.policy = "-", .rules = {}};
        if (policy != std::string_view::npos) {
            hints_.chains.insert(current_);
            const Words words(line.substr(policy + 1));
            const std::string_view word = words.after("policy");
            chain.policy = word.substr(0, word.find(')'));
        }
        chains_[current_] = chain;
        return true;
    }

    const Excerpt& excerpt_;
    Paste& paste_;
    Columns columns_;
    Hints hints_;
    std::string current_; // chain
    std::map<std::string, Shared<model::XtablesChain>> chains_;
};

void read_rule_list(const Excerpt& excerpt, Paste& paste)
{
    ListReader(excerpt, paste).read();
}

bool asks_rule_list(const Command& command)
{
    return is_iptables(command) && std::ranges::any_of(command, [](const std::string& word) {
               const bool short_options = word.starts_with('-') && !word.starts_with("--");
               return (short_options && word.find('L') != std::string::npos) || word == "--list";
           });
}

bool begins_rule_list(std::string_view line)
{
    return line.starts_with("Chain ") && (line.find(" (policy ") != std::string_view::npos ||
                                          line.find(" references)") != std::string_view::npos);
}

} // namespace

std::span<const Form> iptables_list()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"iptables -L", asks_rule_list, begins_rule_list, read_rule_list}});
    return kRows;
}

} // namespace onlan::formats::text::forms
