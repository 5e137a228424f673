#include "rules/nft/ruleset.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <ranges>

#include <fmt/format.h>

#include "base/number.hpp"
#include "rules/machine/reading.hpp"
#include "rules/nft/set.hpp"
#include "rules/nft/statement.hpp"
#include "rules/nft/words.hpp"

namespace onlan::rules::nft {
namespace {

constexpr auto kHooks = std::to_array<std::pair<std::string_view, Hook>>({
    {"ingress", Hook::ingress},
    {"prerouting", Hook::prerouting},
    {"input", Hook::input},
    {"forward", Hook::forward},
    {"output", Hook::output},
    {"postrouting", Hook::postrouting},
    {"egress", Hook::egress},
});

// std_prios[] of nft's src/rule.c; bridge has numbers of its own.
constexpr auto kPriorities = std::to_array<std::pair<std::string_view, int>>({{"raw", -300},
                                                                              {"mangle", -150},
                                                                              {"dstnat", -100},
                                                                              {"filter", 0},
                                                                              {"security", 50},
                                                                              {"srcnat", 100}});
constexpr auto kBridgePriorities = std::to_array<std::pair<std::string_view, int>>(
    {{"dstnat", -300}, {"filter", -200}, {"out", 100}, {"srcnat", 300}});

std::optional<int> priority_named(std::string_view text, std::string_view family)
{
    int base = 0;
    const auto find_in = [&](const auto& names) {
        for (const auto& [name, number] : names) {
            if (text.starts_with(name)) {
                base = number;
                text.remove_prefix(name.size());
                return;
            }
        }
    };
    if (family == "bridge")
        find_in(kBridgePriorities);
    else
        find_in(kPriorities);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (text.empty())
        return base;
    const bool minus = text.starts_with('-');
    if (minus || text.starts_with('+'))
        text.remove_prefix(1);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    const auto offset = parse_prefixed_number<std::uint64_t>(text);
    if (!offset || *offset > 0xFFFF)
        return std::nullopt;
    return minus ? base - static_cast<int>(*offset) : base + static_cast<int>(*offset);
}

Result<int> priority_of(const Json& chain, const std::string& family)
{
    const Json* priority = find_member(chain, "prio");
    if (priority == nullptr)
        return 0;
    if (priority->is_number_integer())
        return priority->get<int>();
    const auto* text = priority->get_ptr<const std::string*>();
    const auto number = text == nullptr ? std::nullopt : priority_named(*text, family);
    if (!number)
        return malformed(fmt::format("not a priority: {}", shown(*priority)));
    return *number;
}

std::vector<HookFamily> hook_families(const std::string& family, Hook hook)
{
    if (hook == Hook::ingress || hook == Hook::egress)
        return {HookFamily::netdev};
    if (family == "ip")
        return {HookFamily::ipv4};
    if (family == "ip6")
        return {HookFamily::ipv6};
    if (family == "inet")
        return {HookFamily::ipv4, HookFamily::ipv6};
    if (family == "arp")
        return {HookFamily::arp};
    if (family == "bridge")
        return {HookFamily::bridge};
    return {HookFamily::netdev};
}

std::vector<net::Family> families_seen(std::string_view family)
{
    if (family == "ip")
        return {net::Family::ipv4};
    if (family == "ip6")
        return {net::Family::ipv6};
    return {net::Family::ipv4, net::Family::ipv6};
}

bool is_rule(const model::NftObject& object)
{
    return object.kind() == "rule";
}

// Whether both tables declare the same, so that rules read the same mean the same.
bool declare_the_same(const TableSource& one, const TableSource& other)
{
    if (one.devices != other.devices)
        return false;
    const auto declarations = std::views::filter(std::not_fn(is_rule));
    return std::ranges::equal(*one.objects | declarations, *other.objects | declarations);
}

using Rules = std::vector<model::NftObject>;

std::map<std::string, Rules> rules_by_chain(const TableSource& source)
{
    std::map<std::string, Rules> chains;
    for (const model::NftObject& object : *source.objects | std::views::filter(is_rule))
        chains[object.chain()].push_back(object);
    return chains;
}

// One table: its chains and sets are declared before its rules are read.
class TableCompiler {
public:
    TableCompiler(TableSource source, const Table* before)
        : table_{.source = std::move(source)},
          before_(before != nullptr && declare_the_same(before->source, table_.source) ? before
                                                                                       : nullptr)
    {}

    Result<std::shared_ptr<const Table>> table() &&
    {
        code().families = families_seen(source().family);
        if (before_ != nullptr)
            share_declarations();
        else
            ONLAN_CHECK(read_declarations());
        ONLAN_CHECK(read_rules());
        return std::make_shared<const Table>(std::move(table_));
    }

private:
    [[nodiscard]] const TableSource& source() const { return table_.source; }
    [[nodiscard]] CompiledTable& code() { return table_.code; }

    void share_declarations()
    {
        table_.declared = before_->declared;
        code().base_chains = before_->code.base_chains;
        code().chains = before_->code.chains;
    }

    Result<> read_declarations()
    {
        for (const model::NftObject& object : *source().objects) {
            if (object.kind() == "chain")
                ONLAN_CHECK(declare(object.body()));
        }
        for (const char* kind : {"set", "map", "meter"}) {
            for (const model::NftObject& object : *source().objects) {
                if (object.kind() == kind)
                    ONLAN_CHECK(add_set(object.body()));
            }
        }
        return {};
    }

    // A chain whose rules stayed keeps what they were compiled to.
    Result<> read_rules()
    {
        auto rules = rules_by_chain(source());
        auto rules_before =
            before_ == nullptr ? std::map<std::string, Rules>() : rules_by_chain(before_->source);
        for (const auto& [chain, place] : table_.declared.chains) {
            const Rules own = rules[chain];
            rules.erase(chain);
            if (before_ != nullptr && own == rules_before[chain])
                continue;
            code().chains[place].code = compile_chain(chain, own);
        }
        if (!rules.empty())
            return malformed(
                fmt::format("a rule in the chain {} of table {} {}, which does not exist",
                            rules.begin()->first, source().family, source().name));
        return {};
    }

    [[nodiscard]] RuleRef ref(const std::string& chain) const
    {
        return {.program = "nft",
                .table = fmt::format("{} {}", source().family, source().name),
                .chain = chain};
    }

    [[nodiscard]] Scope scope() const
    {
        return {.devices = *source().devices,
                .family = source().family,
                .table = source().name,
                .declared = table_.declared};
    }

    Result<> declare(const Json& object)
    {
        ONLAN_TRY(const std::string name, text_member(object, "name"));
        const std::string policy = optional_text(object, "policy");
        const std::size_t index = code().chains.size();
        code().chains.push_back(
            {.policy = policy == "drop" ? Decision::Kind::drop : Decision::Kind::accept,
             .code = std::make_shared<const CompiledChain>()});
        table_.declared.chains[name] = static_cast<std::uint32_t>(index);
        const std::string hook_name = optional_text(object, "hook");
        if (hook_name.empty())
            return {};
        const auto* hook =
            std::ranges::find(kHooks, hook_name, &std::pair<std::string_view, Hook>::first);
        if (hook == kHooks.end())
            return malformed(fmt::format("chain {}: the hook {} does not exist", name, hook_name));
        ONLAN_TRY(const int priority, priority_of(object, source().family));
        const std::string type = optional_text(object, "type");
        BaseChain base{.hook = hook->second,
                       .type = type == "nat"     ? ChainType::nat
                               : type == "route" ? ChainType::route
                                                 : ChainType::filter,
                       .priority = priority,
                       .devices = texts(find_member(object, "dev")),
                       .policy = ref(name),
                       .index = index};
        base.policy.handle = optional_number(object, "handle");
        base.policy.text = fmt::format("policy {}", policy.empty() ? "accept" : policy);
        for (const HookFamily family : hook_families(source().family, base.hook)) {
            base.family = family;
            code().base_chains.push_back(base);
        }
        return {};
    }

    Result<> add_set(const Json& object)
    {
        ONLAN_TRY(const std::string name, text_member(object, "name"));
        auto set = too_deep(object) ? Result<std::shared_ptr<const ElementSet>>(nullptr)
                                    : named_set(object, scope());
        table_.declared.sets[name] = set ? *std::move(set) : nullptr;
        return {};
    }

    [[nodiscard]] std::shared_ptr<const CompiledChain> compile_chain(const std::string& chain,
                                                                     const Rules& rules) const
    {
        ChainWriter writer;
        unsigned number = 0;
        for (const model::NftObject& rule : rules) {
            RuleRef where = ref(chain);
            where.number = ++number;
            where.handle = rule.handle();
            if (!too_deep(rule.body()))
                where.text = rule_text(rule.body());
            writer.add_rule(read_rule(rule.body()), std::move(where));
        }
        return std::move(writer).finish();
    }

    [[nodiscard]] Draft read_rule(const Json& rule) const
    {
        Draft draft;
        const Json* statements = find_member(rule, "expr");
        if (statements == nullptr || !statements->is_array() || too_deep(*statements)) {
            draft.add(OtherStep(Unknown{"it is no list of statements, or nested too deeply"}));
            return draft;
        }
        for (const Json& statement : *statements) {
            if (auto added = add_statement(statement, scope(), draft); !added)
                add_unknown(statement, added.error().message, draft);
        }
        return draft;
    }

    static void add_unknown(const Json& statement, const std::string& why, Draft& draft)
    {
        if (find_member(statement, "match") != nullptr)
            draft.add(OtherStep(Maybe{.yes = fmt::format("it matches, although {}", why),
                                      .no = fmt::format("it does not match, because {}", why),
                                      .understood = false}));
        else
            draft.add(OtherStep(Unknown{why}));
    }

    Table table_;
    const Table* before_;
};

} // namespace

std::vector<TableSource> tables_in(const model::NftListing& listing, const Shared<Devices>& devices)
{
    std::vector<TableSource> tables;
    const auto find = [&](const model::NftObject& object) {
        return std::ranges::find_if(tables, [&](const TableSource& table) {
            return table.name == object.table() && table.family == object.family();
        });
    };
    for (const model::NftObject& object : *listing.objects) {
        if (object.kind() == "table" && find(object) == tables.end())
            tables.push_back({.family = object.family(),
                              .name = object.table(),
                              .objects = {},
                              .devices = devices});
    }
    for (const model::NftObject& object : *listing.objects) {
        if (const auto table = find(object); table != tables.end())
            table->objects.edit().push_back(object);
    }
    return tables;
}

Result<std::shared_ptr<const Table>> compile_table(TableSource source,
                                                   const std::shared_ptr<const Table>& before)
{
    if (before != nullptr && before->source == source)
        return before;
    return TableCompiler(std::move(source), before.get()).table();
}

} // namespace onlan::rules::nft
