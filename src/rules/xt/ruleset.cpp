#include "rules/xt/ruleset.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

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

class TableCompiler {
public:
    TableCompiler(TableSource source, const Table* before)
        : table_{.source = std::move(source), .code = {}},
          before_(before != nullptr && mean_the_same(before->source, table_.source) ? before
                                                                                    : nullptr),
          scope_{.ipsets = *table_.source.ipsets, .family = table_.source.family, .chains = {}}
    {}

    std::shared_ptr<const Table> table() &&
    {
        code().families = {source().family};
        for (const auto& [name, from] : source().chains)
            scope_.chains.emplace(name, static_cast<std::uint32_t>(scope_.chains.size()));
        for (const auto& [name, from] : source().chains) {
            code().chains.push_back({.policy = from.chain->policy == "DROP"
                                                   ? Decision::Kind::drop
                                                   : Decision::Kind::accept,
                                     .code = compile_chain(name, from)});
            if (from.chain->policy != "-" && from.registered)
                add_base_chain(name, from.chain->policy);
        }
        return std::make_shared<const Table>(std::move(table_));
    }

private:
    // Whether rules read the same mean the same in both: jumps and sets.
    static bool mean_the_same(const TableSource& one, const TableSource& other)
    {
        return one.ipsets == other.ipsets &&
               std::ranges::equal(one.chains | std::views::keys, other.chains | std::views::keys);
    }

    [[nodiscard]] const TableSource& source() const { return table_.source; }
    [[nodiscard]] CompiledTable& code() { return table_.code; }

    [[nodiscard]] RuleRef ref(const std::string& chain) const
    {
        return {.program = model::xtables_program(source().backend, source().family),
                .table = source().name,
                .chain = chain};
    }

    void add_base_chain(const std::string& name, const std::string& policy)
    {
        const auto* hook =
            std::ranges::find(kHooks, name, &std::pair<std::string_view, Hook>::first);
        if (hook == kHooks.end())
            return;
        BaseChain base{.family = scope_.ipv4() ? HookFamily::ipv4 : HookFamily::ipv6,
                       .hook = hook->second,
                       .type = type_of(source().name, hook->second),
                       .priority = priority_of(source().name, hook->second),
                       .policy = ref(name),
                       .index = scope_.chains.at(name)};
        base.policy.text = fmt::format("-P {} {}", name, policy);
        code().base_chains.push_back(std::move(base));
    }

    // One whose rules stayed keeps what they were compiled to.
    [[nodiscard]] std::shared_ptr<const CompiledChain> compile_chain(const std::string& name,
                                                                     const ChainSource& from) const
    {
        if (before_ != nullptr && before_->source.chains.at(name) == from)
            return before_->code.chains[scope_.chains.at(name)].code;
        ChainWriter writer;
        unsigned number = 0;
        for (const model::XtablesRule& rule : from.chain->rules) {
            RuleRef where = ref(name);
            where.handle = from.handles.empty() ? 0 : from.handles[number];
            where.number = ++number;
            where.text = fmt::format("-A {} {}", name, text_of(rule.words));
            writer.add_rule(read_rule(rule.words), std::move(where));
        }
        return std::move(writer).finish();
    }

    [[nodiscard]] Draft read_rule(const std::vector<std::string>& words) const
    {
        const auto rule = parse_rule(words);
        if (rule)
            return compile(*rule, scope_);
        Draft draft;
        draft.add(OtherStep(Unknown{rule.error().message}));
        return draft;
    }

    Table table_;
    const Table* before_;
    Scope scope_;
};

} // namespace

TableSource source_of(const model::XtablesRuleset& ruleset,
                      const std::string& table,
                      const Shared<IpSets>& ipsets)
{
    TableSource source{.backend = ruleset.backend,
                       .family = ruleset.family,
                       .name = table,
                       .chains = {},
                       .ipsets = ipsets};
    for (const auto& [name, chain] : ruleset.tables.at(table))
        source.chains.emplace(name, ChainSource{.chain = chain, .handles = {}});
    return source;
}

void take_from_nft(const InNft& shown, TableSource& source)
{
    for (auto& [name, from] : source.chains) {
        from.registered = std::ranges::count(shown.base_chains, name) != 0;
        // With as many rules in both listings they are the same ones.
        const auto handles = shown.handles.find(name);
        if (handles != shown.handles.end() && handles->second.size() == from.chain->rules.size())
            from.handles = handles->second;
    }
}

std::shared_ptr<const Table> compile_table(TableSource source,
                                           const std::shared_ptr<const Table>& before)
{
    if (before != nullptr && before->source == source)
        return before;
    return TableCompiler(std::move(source), before.get()).table();
}

bool has_base_chains(const model::XtablesRuleset& ruleset,
                     const std::string& table,
                     const std::vector<std::string>& names)
{
    const auto chains = ruleset.tables.find(table);
    return chains != ruleset.tables.end() &&
           std::ranges::all_of(names, [&](const std::string& name) {
               const auto chain = chains->second.find(name);
               return chain != chains->second.end() && chain->second->policy != "-";
           });
}

} // namespace onlan::rules::xt
