#include "formats/text/iptables_extras.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "formats/text/words.hpp"

namespace onlan::formats::text {
namespace {

// The row's words, of which each reader takes those that are its own.
class Cursor {
public:
    Cursor(std::string_view text, std::string_view target, Extras& extras)
        : words_(words_in(text)), target_(target), extras_(extras)
    {}

    [[nodiscard]] bool done() const { return at_ == words_.size(); }
    [[nodiscard]] std::string_view peek(std::size_t ahead = 0) const
    {
        return at_ + ahead < words_.size() ? words_[at_ + ahead] : std::string_view{};
    }
    std::string next()
    {
        const std::string_view word = peek();
        at_ += done() ? 0U : 1U;
        return std::string(word);
    }
    // Words that stand here one after the other.
    bool take(std::string_view phrase)
    {
        const std::vector<std::string_view> front = words_in(phrase);
        if (!std::ranges::equal(front, std::span(words_).subspan(at_).first(
                                           std::min(front.size(), words_.size() - at_))))
            return false;
        at_ += front.size();
        return true;
    }
    // The next word without `mark` before it, if it has that.
    bool take_marked(std::string_view mark, std::string& rest)
    {
        if (!peek().starts_with(mark))
            return false;
        rest = next().substr(mark.size());
        return true;
    }
    // A text in quotes, of which the blanks between its words count as one.
    std::string quoted()
    {
        std::string text = next();
        while (!done() && (text.size() < 2 || !text.ends_with('"')))
            text += " " + next();
        std::erase(text, '"');
        return text;
    }
    [[nodiscard]] std::string_view target() const { return target_; }

    // "!80" and "! 80" mean the opposite.
    void match(std::string_view name, std::string_view option, std::string value)
    {
        const bool inverted = value.starts_with('!');
        if (inverted)
            value.erase(0, 1);
        if (inverted && value.empty())
            value = next();
        open(name);
        if (inverted)
            extras_.matches.emplace_back("!");
        extras_.matches.emplace_back(option);
        extras_.matches.push_back(std::move(value));
    }
    // A match or, where it was the last one, more of it.
    void open(std::string_view name)
    {
        if (open_ == name)
            return;
        open_ = name;
        extras_.matches.emplace_back("-m");
        extras_.matches.emplace_back(name);
    }
    void match_word(std::string word) { extras_.matches.push_back(std::move(word)); }
    void option(std::string_view name, std::string value = {})
    {
        extras_.target.emplace_back(name);
        if (!value.empty())
            extras_.target.push_back(std::move(value));
    }
    void go_to() { extras_.go_to = true; }
    // The protocol's own match, which its ports belong to.
    std::string protocol = "tcp";

private:
    std::vector<std::string_view> words_;
    std::string_view target_;
    Extras& extras_;
    std::size_t at_ = 0;
    std::string open_;
};

using RowReader = bool (*)(Cursor& row);

// "tcp dpt:80", "udp spts:1:100", "flags:0x17/0x02"
bool read_ports(Cursor& row)
{
    constexpr auto kProtocols =
        std::to_array<std::string_view>({"tcp", "udp", "udplite", "sctp", "dccp"});
    if (std::ranges::find(kProtocols, row.peek()) != kProtocols.end()) {
        row.protocol = row.next();
        return true;
    }
    std::string value;
    for (const auto& [mark, option] :
         std::to_array<std::pair<std::string_view, std::string_view>>({{"dpt:", "--dport"},
                                                                       {"dpts:", "--dport"},
                                                                       {"spt:", "--sport"},
                                                                       {"spts:", "--sport"}})) {
        if (row.take_marked(mark, value)) {
            row.match(row.protocol, option, value);
            return true;
        }
    }
    return false;
}

// "flags:0x17/0x02", in the bits of the header's byte.
bool read_tcp_flags(Cursor& row)
{
    constexpr auto kFlags =
        std::to_array<std::string_view>({"FIN", "SYN", "RST", "PSH", "ACK", "URG"});
    std::string value;
    if (!row.take_marked("flags:", value))
        return false;
    const auto names = [&](std::string_view number) {
        const unsigned bits = parse_prefixed_number<unsigned>(number).value_or(0);
        std::string text;
        for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
            if ((bits >> bit & 1U) != 0)
                text.append(text.empty() ? "" : ",").append(kFlags[bit]);
        }
        return text.empty() ? "NONE" : text;
    };
    const bool inverted = value.starts_with('!');
    const std::string_view both = std::string_view(value).substr(inverted ? 1 : 0);
    const std::size_t slash = std::min(both.find('/'), both.size());
    row.open("tcp");
    if (inverted)
        row.match_word("!");
    row.match_word("--tcp-flags");
    row.match_word(names(both.substr(0, slash)));
    row.match_word(names(both.substr(std::min(slash + 1, both.size()))));
    return true;
}

// Matches that are a few words of their own and then a value.
struct Worded {
    std::string_view phrase;
    std::string_view match;
    std::string_view option;
};

bool read_worded(Cursor& row)
{
    static constexpr auto kWorded = std::to_array<Worded>({
        {"state", "state", "--state"},
        {"ctstate", "conntrack", "--ctstate"},
        {"ctstatus", "conntrack", "--ctstatus"},
        {"ctproto", "conntrack", "--ctproto"},
        {"ctdir", "conntrack", "--ctdir"},
        {"ctorigsrc", "conntrack", "--ctorigsrc"},
        {"ctorigdst", "conntrack", "--ctorigdst"},
        {"ctorigdstport", "conntrack", "--ctorigdstport"},
        {"multiport dports", "multiport", "--dports"},
        {"multiport sports", "multiport", "--sports"},
        {"multiport ports", "multiport", "--ports"},
        {"ADDRTYPE match dst-type", "addrtype", "--dst-type"},
        {"ADDRTYPE match src-type", "addrtype", "--src-type"},
        {"mark match", "mark", "--mark"},
        {"connmark match", "connmark", "--mark"},
        {"source IP range", "iprange", "--src-range"},
        {"destination IP range", "iprange", "--dst-range"},
        {"owner UID match", "owner", "--uid-owner"},
        {"owner GID match", "owner", "--gid-owner"},
        {"PKTTYPE =", "pkttype", "--pkt-type"},
        {"MAC", "mac", "--mac-source"},
        {"length", "length", "--length"},
        {"TTL match TTL ==", "ttl", "--ttl-eq"},
        {"DSCP match", "dscp", "--dscp"},
    });
    const bool inverted = row.peek() == "!";
    if (inverted)
        row.next();
    for (const Worded& worded : kWorded) {
        if (!row.take(worded.phrase))
            continue;
        row.match(worded.match, worded.option, (inverted ? "!" : "") + row.next());
        return true;
    }
    // "! match-set friends src"
    if (row.take("match-set")) {
        row.match("set", "--match-set", (inverted ? "!" : "") + row.next());
        row.match_word(row.next());
        return true;
    }
    return false;
}

bool read_icmp_type(Cursor& row)
{
    const bool ipv6 = row.peek() == "ipv6-icmptype" || row.peek() == "ipv6-icmp";
    if (!ipv6 && row.peek() != "icmptype" && row.peek() != "icmp")
        return false;
    row.next();
    constexpr std::string_view kAny = "255";
    std::string type = row.next();
    if (row.take("code"))
        type += "/" + row.next();
    if (type != kAny && type != "any")
        row.match(ipv6 ? "icmp6" : "icmp", ipv6 ? "--icmpv6-type" : "--icmp-type", type);
    return true;
}

// "limit: avg 3/min burst 5"
bool read_limit(Cursor& row)
{
    if (!row.take("limit: avg"))
        return false;
    row.match("limit", "--limit", row.next());
    if (row.take("burst")) {
        row.match_word("--limit-burst");
        row.match_word(row.next());
    }
    return true;
}

// "/* of a friend */"
bool read_comment(Cursor& row)
{
    if (!row.take("/*"))
        return false;
    std::string comment;
    while (!row.done() && row.peek() != "*/")
        comment.append(comment.empty() ? "" : " ").append(row.next());
    row.next();
    row.open("comment");
    row.match_word("--comment");
    row.match_word(comment);
    return true;
}

// It prints its options as they are typed: "PHYSDEV match --physdev-is-bridged".
bool read_physdev(Cursor& row)
{
    if (!row.take("PHYSDEV match"))
        return false;
    row.open("physdev");
    while (row.peek().starts_with("--") || row.peek() == "!") {
        const std::string word = row.next();
        row.match_word(word);
        if ((word == "--physdev-in" || word == "--physdev-out") && !row.done())
            row.match_word(row.next());
    }
    return true;
}

// "to:10.0.0.2:80", "redir ports 8080", "masq ports: 1024-2047"
bool read_translation(Cursor& row)
{
    std::string value;
    if (row.take_marked("to:", value)) {
        const std::string_view target = row.target();
        row.option(target == "SNAT"     ? "--to-source"
                   : target == "NETMAP" ? "--to"
                                        : "--to-destination",
                   value);
        return true;
    }
    if (row.take("redir ports") || row.take("masq ports:")) {
        row.option("--to-ports", row.next());
        return true;
    }
    for (const auto& [word, option] : std::to_array<std::pair<std::string_view, std::string_view>>(
             {{"random", "--random"},
              {"random-fully", "--random-fully"},
              {"persistent", "--persistent"}})) {
        if (row.take(word)) {
            row.option(option);
            return true;
        }
    }
    return false;
}

bool read_mark_target(Cursor& row)
{
    const std::string name(row.target());
    for (const auto& [word, option] :
         std::to_array<std::pair<std::string_view, std::string_view>>({{"set", "--set-mark"},
                                                                       {"xset", "--set-xmark"},
                                                                       {"and", "--and-mark"},
                                                                       {"or", "--or-mark"},
                                                                       {"xor", "--xor-mark"}})) {
        if (row.take(name + " " + std::string(word))) {
            row.option(option, row.next());
            return true;
        }
    }
    if (row.take("CONNMARK restore"))
        row.option("--restore-mark");
    else if (row.take("CONNMARK save"))
        row.option("--save-mark");
    else
        return false;
    if (row.take("mask"))
        row.option("--mask", row.next());
    return true;
}

// What logs, counts or clamps has no say over where a packet goes: the rest is the target's own.
bool read_other_targets(Cursor& row)
{
    if (row.take("reject-with")) {
        row.option("--reject-with", row.next());
    } else if (row.take("CT notrack") || row.take("NOTRACK")) {
        row.option("--notrack");
    } else if (row.take("CT zone")) {
        row.option("--zone", row.next());
    } else if (row.take("NFQUEUE num")) {
        row.option("--queue-num", row.next());
        if (row.take("bypass"))
            row.option("--queue-bypass");
    } else if (row.take("prefix")) {
        row.option("--log-prefix", row.quoted());
    } else if (row.target() == "LOG" || row.target() == "NFLOG" || row.target() == "TCPMSS") {
        row.next();
    } else if (row.take("[goto]")) {
        row.go_to();
    } else {
        return false;
    }
    return true;
}

constexpr auto kReaders = std::to_array<RowReader>(
    {read_comment, read_ports, read_tcp_flags, read_icmp_type, read_limit, read_physdev,
     read_translation, read_mark_target, read_other_targets, read_worded});

} // namespace

Extras extras_in(std::string_view text, std::string_view target)
{
    Extras extras;
    Cursor row(text, target, extras);
    std::string unknown;
    while (!row.done()) {
        if (std::ranges::any_of(kReaders, [&](RowReader read) { return read(row); }))
            continue;
        unknown.append(unknown.empty() ? "" : " ").append(row.next());
    }
    if (!unknown.empty()) {
        extras.matches.emplace_back("-m");
        extras.matches.push_back(std::move(unknown));
    }
    return extras;
}

} // namespace onlan::formats::text
