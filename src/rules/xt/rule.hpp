#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/ipset.hpp"
#include "net/ip_address.hpp"
#include "rules/machine/program.hpp"

namespace onlan::rules::xt {

// "! --dport 80:90": an option of iptables with what follows it.
struct Option {
    bool inverted = false;
    std::string name; // "--dport", "-s", as iptables spells it in full
    std::vector<std::string> words;

    // The first word; empty if there is none.
    [[nodiscard]] const std::string& word() const;
};

// "-m tcp --dport 80", "-j DNAT --to-destination 10.0.0.2": an extension with its options.
struct Extension {
    std::string name;
    std::vector<Option> options;

    [[nodiscard]] const Option* find(std::string_view option) const;
    [[nodiscard]] bool has(std::string_view option) const { return find(option) != nullptr; }
};

// The words of one rule, taken apart.
struct ParsedRule {
    std::vector<Option> base; // -s, -d, -i, -o, -p, -f
    std::vector<Extension> matches;
    Extension target; // empty name: none
    bool go_to = false;
};

// What iptables would make of the words: with the match of the protocol where none is named,
// options that are cut short, and '!' where it may stand. An error: no such rule is known.
[[nodiscard]] Result<ParsedRule> parse_rule(const std::vector<std::string>& words);
// As iptables-save writes them.
[[nodiscard]] std::string text_of(const std::vector<std::string>& words);

// The sets of a namespace, and the elements of those that are understood, by their names.
struct IpSets {
    std::vector<model::IpSet> listed;
    std::map<std::string, std::shared_ptr<const ElementSet>> understood;

    friend bool operator==(const IpSets& one, const IpSets& other)
    {
        return one.listed == other.listed;
    }
};

// What a rule may refer to: the chains of its own table, the sets of its namespace.
struct Scope {
    const IpSets& ipsets;
    net::Family family = net::Family::ipv4;
    std::map<std::string, std::uint32_t> chains;

    [[nodiscard]] bool ipv4() const { return family == net::Family::ipv4; }
    [[nodiscard]] unsigned address_bits() const { return net::address_bits(family); }
};

// Matches and target become the same steps as those of nftables. What is not understood of them
// stays as a step that says so.
[[nodiscard]] Draft compile(const ParsedRule& rule, const Scope& scope);

} // namespace onlan::rules::xt
