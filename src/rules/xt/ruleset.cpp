#include "rules/xt/ruleset.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "model/netns.hpp"
#include "rules/machine/reading.hpp"

namespace onlan::rules::xt {
namespace {

constexpr auto kHooks = std::to_array<std::pair<std::string_view, Hook>>({
    {"PREROUTING", Hook::prerouting},
    {"INPUT", Hook::input},
    {"FORWARD", Hook::forward},
    {"OUTPUT", Hook::output},
    {"POSTROUTING", Hook::postrouting},
});

// NF_IP_PRI_*, include/uapi/linux/netfilter_ipv4.h
int priority_of(std::string_view table, Hook hook)
{
    constexpr int kRaw = -300;
    constexpr int kMangle = -150;
    constexpr int kNatDestination = -100;
    constexpr int kSecurity = 50;
    constexpr int kNatSource = 100;
    if (table == "raw")
        return kRaw;
    if (table == "mangle")
        return kMangle;
    if (table == "security")
        return kSecurity;
    if (table == "nat")
        return hook == Hook::prerouting || hook == Hook::output ? kNatDestination : kNatSource;
    return 0;
}

ChainType type_of(std::string_view table, Hook hook)
{
    if (table == "nat")
        return ChainType::nat;
    return table == "mangle" && hook == Hook::output ? ChainType::route : ChainType::filter;
}

class Table {
public:
    Table(const model::Netns& netns, const WhichTable& which, Program& program)
        : which_(which),
          chains_(which.ruleset.tables.at(which.name)),
          scope_{.netns = netns, .ipsets = which.ipsets, .family = which.ruleset.family},
          program_(program),
          writer_(program)
    {}

    Result<> read()
    {
        for (const auto& [name, chain] : chains_)
            scope_.chains[name] = writer_.declare_chain(
                chain.policy == "DROP" ? Decision::Kind::drop : Decision::Kind::accept);
        for (const auto& [name, chain] : chains_) {
            if (chain.policy != "-")
                add_base_chain(name, chain.policy);
            ONLAN_CHECK(add_rules(name, chain));
        }
        return {};
    }

private:
    [[nodiscard]] RuleRef ref(const std::string& chain) const
    {
        return {.program = model::xtables_program(which_.ruleset.backend, which_.ruleset.family),
                .table = which_.name,
                .chain = chain};
    }

    void add_base_chain(const std::string& name, const std::string& policy)
    {
        const auto* hook =
            std::ranges::find(kHooks, name, &std::pair<std::string_view, Hook>::first);
        if (hook == kHooks.end())
            return;
        if (which_.in_nft && !std::ranges::count(which_.in_nft->base_chains, name))
            return;
        BaseChain base{.family = scope_.ipv4() ? HookFamily::ipv4 : HookFamily::ipv6,
                       .hook = hook->second,
                       .type = type_of(which_.name, hook->second),
                       .priority = priority_of(which_.name, hook->second),
                       .policy = ref(name),
                       .index = scope_.chains.at(name)};
        base.policy.text = fmt::format("-P {} {}", name, policy);
        program_.base_chains.push_back(std::move(base));
    }

    // Empty unless both listings have as many rules in this chain: then they are the same ones.
    [[nodiscard]] std::vector<std::uint64_t> handles_in(const std::string& name,
                                                        std::size_t rules) const
    {
        if (!which_.in_nft)
            return {};
        const auto found = which_.in_nft->handles.find(name);
        return found != which_.in_nft->handles.end() && found->second.size() == rules
                   ? found->second
                   : std::vector<std::uint64_t>{};
    }

    Result<> add_rules(const std::string& name, const model::XtablesChain& chain)
    {
        writer_.begin_chain(scope_.chains.at(name));
        const std::vector<std::uint64_t> handles = handles_in(name, chain.rules.size());
        unsigned number = 0;
        for (const model::XtablesRule& rule : chain.rules) {
            RuleRef where = ref(name);
            where.handle = handles.empty() ? 0 : handles[number];
            where.number = ++number;
            where.text = fmt::format("-A {} {}", name, text_of(rule.words));
            auto draft = read_rule(rule.words);
            if (!draft)
                return Failure{std::move(draft).error().within(
                    fmt::format("{}, table {}, chain {}, rule {} ({})", where.program, where.table,
                                name, number, where.text))};
            bool& conntrack = scope_.ipv4() ? program_.conntrack_ipv4 : program_.conntrack_ipv6;
            conntrack = conntrack || draft->needs_conntrack;
            writer_.add_rule(*std::move(draft), std::move(where));
        }
        return {};
    }

    [[nodiscard]] Result<Draft> read_rule(const std::vector<std::string>& words) const
    {
        ONLAN_TRY(const ParsedRule rule, parse_rule(words));
        return compile(rule, scope_);
    }

    const WhichTable& which_;
    const std::map<std::string, model::XtablesChain>& chains_;
    Scope scope_;
    Program& program_;
    ProgramWriter writer_;
};

} // namespace

Result<> read_table(const model::Netns& netns, const WhichTable& table, Program& program)
{
    return Table(netns, table, program).read();
}

bool has_base_chains(const model::XtablesRuleset& ruleset,
                     const std::string& table,
                     const std::vector<std::string>& names)
{
    const auto chains = ruleset.tables.find(table);
    return chains != ruleset.tables.end() &&
           std::ranges::all_of(names, [&](const std::string& name) {
               const auto chain = chains->second.find(name);
               return chain != chains->second.end() && chain->second.policy != "-";
           });
}

} // namespace onlan::rules::xt
