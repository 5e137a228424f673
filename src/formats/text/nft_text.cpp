// `nft list ruleset`, as it prints for people.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/number.hpp"
#include "formats/text/form.hpp"
#include "formats/text/nft_expression.hpp"
#include "formats/text/nft_statements.hpp"
#include "formats/text/words.hpp"

namespace onlan::formats::text::forms {
namespace {

using nlohmann::json;
using Kind = NftToken::Kind;

constexpr auto kFamilies =
    std::to_array<std::string_view>({"ip", "ip6", "inet", "arp", "bridge", "netdev"});

class RulesetReader {
public:
    explicit RulesetReader(const std::vector<NftToken>& tokens) : cursor_(tokens) {}

    // False where the text is no ruleset; what was read until then is there.
    bool read()
    {
        for (cursor_.skip_line_ends(); !cursor_.done(); cursor_.skip_line_ends()) {
            if (cursor_.is("#")) {
                skip_line();
                continue;
            }
            if (!cursor_.take("table"))
                return false;
            read_table();
        }
        return true;
    }
    [[nodiscard]] std::size_t line() const { return cursor_.peek().line; }
    [[nodiscard]] json document() && { return {{"nftables", std::move(objects_)}}; }

private:
    void skip_line()
    {
        while (!cursor_.done() && cursor_.next().kind != Kind::line_end) {
        }
    }
    void skip_to_block()
    {
        while (!cursor_.done() && !cursor_.is("{"))
            cursor_.next();
        (void)cursor_.take("{");
    }
    void add(const char* kind, json body)
    {
        body["family"] = family_;
        if (std::string_view(kind) != "table")
            body["table"] = table_;
        objects_.push_back({{kind, std::move(body)}});
    }

    void read_table()
    {
        const bool named = std::ranges::find(kFamilies, cursor_.peek().text) != kFamilies.end() &&
                           !(cursor_.peek(1).text == "{");
        family_ = named ? cursor_.next().text : "ip";
        table_ = cursor_.next().text;
        add("table", {{"name", table_}});
        skip_to_block();
        while (!cursor_.done() && !cursor_.take("}")) {
            if (cursor_.take("chain"))
                read_chain();
            else if (cursor_.is("set") || cursor_.is("map"))
                read_set(cursor_.next().text);
            else if (cursor_.take("{"))
                cursor_.skip_block();
            else
                cursor_.next();
        }
    }

    // "type filter hook input priority filter; policy drop;", then its rules.
    void read_chain()
    {
        json chain = {{"name", cursor_.next().text}};
        const std::string name = chain["name"];
        skip_to_block();
        std::vector<json> rules;
        for (cursor_.skip_line_ends(); !cursor_.done() && !cursor_.take("}");
             cursor_.skip_line_ends()) {
            if (cursor_.is("type") && cursor_.peek(2).text == "hook")
                read_hook(chain);
            else if (cursor_.take("policy"))
                chain["policy"] = cursor_.next().text;
            else if (cursor_.is("comment") || cursor_.is("flags") || cursor_.is("#"))
                skip_line();
            else
                rules.push_back(nft_rule(cursor_));
            if (!cursor_.done() && !cursor_.at_line_end())
                cursor_.next(); // what ends no rule, such as a stray bracket
        }
        add("chain", std::move(chain));
        for (json& rule : rules) {
            rule["chain"] = name;
            add("rule", std::move(rule));
        }
    }

    void read_hook(json& chain)
    {
        cursor_.next();
        chain["type"] = cursor_.next().text;
        cursor_.next();
        chain["hook"] = cursor_.next().text;
        json devices = json::array();
        if (cursor_.take("device")) {
            devices.push_back(cursor_.next().text);
        } else if (cursor_.take("devices")) {
            while (!cursor_.done() && !cursor_.take("}")) {
                const NftToken& token = cursor_.next();
                if (token.kind != Kind::sign && token.text != "=")
                    devices.push_back(token.text);
            }
        }
        if (!devices.empty())
            chain["dev"] = std::move(devices);
        (void)cursor_.take("priority");
        std::string priority;
        while (!cursor_.done() && !cursor_.at_line_end())
            priority += (priority.empty() ? "" : " ") + cursor_.next().text;
        const auto number = parse_number<int>(priority);
        chain["prio"] = number ? json(*number) : json(priority);
    }

    void read_set(const std::string& kind)
    {
        json set = {{"name", cursor_.next().text}};
        bool understood = true;
        skip_to_block();
        for (cursor_.skip_line_ends(); !cursor_.done() && !cursor_.take("}");
             cursor_.skip_line_ends()) {
            if (cursor_.take("type") || cursor_.take("typeof")) {
                read_type(set);
            } else if (cursor_.take("flags")) {
                json flags = json::array();
                while (!cursor_.done() && !cursor_.at_line_end()) {
                    if (!cursor_.is(","))
                        flags.push_back(cursor_.peek().text);
                    cursor_.next();
                }
                set["flags"] = std::move(flags);
            } else if (cursor_.take("elements")) {
                (void)cursor_.take("=");
                (void)cursor_.take("{");
                const auto elements = nft_elements(cursor_);
                understood = understood && elements.has_value();
                if (elements)
                    set["elem"] = *elements;
                else
                    cursor_.skip_block();
            } else {
                skip_line();
            }
        }
        // A set whose elements are not understood keeps a type that nobody knows.
        if (!understood)
            set["type"] = "elements that are not understood";
        add(kind.c_str(), std::move(set));
    }

    // "ipv4_addr . inet_service : verdict"; of "typeof ip saddr" the expression tells the type.
    void read_type(json& set)
    {
        json key = json::array();
        json value;
        bool after_colon = false;
        std::string words;
        const auto keep = [&] {
            if (words.empty())
                return;
            if (after_colon)
                value = type_of(words);
            else
                key.push_back(type_of(words));
            words.clear();
        };
        while (!cursor_.done() && !cursor_.at_line_end()) {
            const std::string& word = cursor_.next().text;
            if (word == "." || word == ":")
                keep();
            else
                words += (words.empty() ? "" : " ") + word;
            after_colon = after_colon || word == ":";
        }
        keep();
        set["type"] = key.size() == 1 ? key.front() : key;
        if (!value.is_null())
            set["map"] = value;
    }
    [[nodiscard]] static std::string type_of(const std::string& words)
    {
        const auto ends = [&](std::string_view end) { return words.ends_with(end); };
        if (words.find(' ') == std::string::npos)
            return words;
        if (words.starts_with("ip6 ") && (ends("saddr") || ends("daddr")))
            return "ipv6_addr";
        if (words.starts_with("ip ") && (ends("saddr") || ends("daddr")))
            return "ipv4_addr";
        if (ends("sport") || ends("dport"))
            return "inet_service";
        if (ends("iifname") || ends("oifname"))
            return "ifname";
        if (ends(" protocol") || ends("l4proto"))
            return "inet_proto";
        if (words.starts_with("ether "))
            return "ether_addr";
        return ends("mark") ? "mark" : words;
    }

    NftCursor cursor_;
    std::string family_;
    std::string table_;
    json objects_ = json::array();
};

void read_nft(const Excerpt& excerpt, Paste& paste)
{
    const std::vector<NftToken> tokens = nft_tokens(excerpt.text());
    RulesetReader reader(tokens);
    const bool whole = reader.read();
    const std::size_t stopped = std::min(reader.line(), excerpt.lines.size());
    for (std::size_t i = whole ? excerpt.lines.size() : stopped; i < excerpt.lines.size(); ++i)
        paste.not_used(excerpt.lines[i], "not of `nft list ruleset`");
    Part& part = paste.part(excerpt);
    auto listing = model::NftListing::from(std::move(reader).document());
    if (!listing)
        return paste.not_used(excerpt.lines.front(), listing.error().message);
    if (part.netns.nftables.empty())
        part.netns.nftables = *std::move(listing);
    else
        std::ranges::copy(*listing->objects,
                          std::back_inserter(part.netns.nftables.objects.edit()));
    // One table of several is not all of them.
    if (!excerpt.asked("table") && !excerpt.asked("chain"))
        part.told.insert(Topic::nftables);
}

bool begins_nft(std::string_view line)
{
    const std::vector<std::string_view> words = words_in(line);
    return !is_indented(line) && words.size() >= 3 && words[0] == "table" &&
           (words[2] == "{" || (words.size() > 3 && words[3] == "{") || words.back() == "{");
}

} // namespace

std::span<const Form> nft_text()
{
    static constexpr auto kRows =
        std::to_array<Form>({{"nft list ruleset",
                              [](const Command& command) {
                                  return command.front() == "nft" &&
                                         std::ranges::find(command, "list") != command.end();
                              },
                              begins_nft, read_nft}});
    return kRows;
}

} // namespace onlan::formats::text::forms
