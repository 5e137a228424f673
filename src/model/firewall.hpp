#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared.hpp"
#include "net/ip_address.hpp"

namespace onlan::model {

// The two kernels behind the `iptables` command: rules as nftables objects, or the older x_tables.
enum class XtablesBackend : std::uint8_t { nft, legacy };

// "iptables-nft", "ip6tables-legacy"…: the program that speaks to one backend for one family.
[[nodiscard]] std::string xtables_program(XtablesBackend backend, net::Family family);

// The value after "--comment" in a rule's arguments; empty when it has none.
[[nodiscard]] std::string_view comment_of(const std::vector<std::string>& rule);

struct XtablesRule {
    std::vector<std::string> words; // arguments after "-A CHAIN", unquoted
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    friend bool operator==(const XtablesRule&, const XtablesRule&) = default;
};

struct XtablesChain {
    std::string policy;        // "ACCEPT", "DROP"; "-" for a chain that a user made
    std::uint64_t packets = 0; // that the policy decided
    std::uint64_t bytes = 0;
    std::vector<XtablesRule> rules;

    friend bool operator==(const XtablesChain&, const XtablesChain&) = default;
};

// What `iptables-save` prints for one backend and family: table → chain → rules.
struct XtablesRuleset {
    XtablesBackend backend = XtablesBackend::nft;
    net::Family family = net::Family::ipv4;
    std::map<std::string, std::map<std::string, Shared<XtablesChain>>> tables;
    std::vector<std::string> unread; // what stood beside them and is no rule

    [[nodiscard]] const XtablesChain* find_chain(std::string_view table,
                                                 std::string_view chain) const;

    friend bool operator==(const XtablesRuleset&, const XtablesRuleset&) = default;
};

// A base chain of nftables, whoever made it (iptables-nft's appear here too).
struct NftBaseChain {
    std::string family; // "ip", "ip6", "inet", "bridge", "arp", "netdev"
    std::string table;
    std::string name;
    std::string hook; // "forward"…
    int priority = 0;
    std::string policy; // "accept" or "drop"

    friend bool operator==(const NftBaseChain&, const NftBaseChain&) = default;
};

// Whether iptables-nft or ip6tables-nft would keep its rules in a table of this name.
[[nodiscard]] bool is_of_iptables(const NftBaseChain& chain);

// A rule in a table of onlan's own, told apart by its comment.
struct NftOwnRule {
    std::string chain;
    std::string comment;

    friend bool operator==(const NftOwnRule&, const NftOwnRule&) = default;
};

// A rule of nftables, whoever made it, that names an interface. Those of iptables-nft are not among
// them: they are in XtablesRuleset.
struct NftInterfaceRule {
    std::string family;
    std::string table;
    std::string chain;
    std::string key; // "iifname", "oif"…
    std::string interface;

    friend bool operator==(const NftInterfaceRule&, const NftInterfaceRule&) = default;
};

} // namespace onlan::model
