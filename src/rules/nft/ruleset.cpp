#include "rules/nft/ruleset.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.hpp"
#include "rules/machine/reading.hpp"
#include "rules/nft/set.hpp"
#include "rules/nft/statement.hpp"
#include "rules/nft/text.hpp"

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
        return malformed(fmt::format("a priority that is none: {}", shown(*priority)));
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

// One table: its chains and sets are declared before its rules are read.
class Table {
public:
    Table(const model::Netns& netns, TableName name, Program& program)
        : name_(std::move(name)),
          scope_{.netns = netns, .family = name_.family, .table = name_.name},
          program_(program),
          writer_(program)
    {}

    Result<> read()
    {
        for (const Json* object : objects("chain"))
            ONLAN_CHECK(declare(*object));
        for (const char* kind : {"set", "map", "meter"}) {
            for (const Json* object : objects(kind))
                ONLAN_CHECK(add_set(*object));
        }
        std::map<std::string, std::vector<const Json*>> rules;
        for (const Json* object : objects("rule")) {
            ONLAN_TRY(const std::string chain, text_member(*object, "chain"));
            if (!scope_.chains.contains(chain))
                return malformed(fmt::format("a rule in the chain {} of table {} {}, which does "
                                             "not exist",
                                             chain, name_.family, name_.name));
            rules[chain].push_back(object);
        }
        for (const auto& [chain, of_chain] : rules)
            ONLAN_CHECK(add_rules(chain, of_chain));
        return {};
    }

private:
    [[nodiscard]] std::vector<const Json*> objects(const char* kind) const
    {
        return objects_of(scope_.netns.nftables, name_, kind);
    }

    [[nodiscard]] RuleRef ref(const std::string& chain) const
    {
        return {.program = "nft",
                .table = fmt::format("{} {}", name_.family, name_.name),
                .chain = chain};
    }

    Result<> declare(const Json& object)
    {
        ONLAN_TRY(const std::string name, text_member(object, "name"));
        const std::string policy = optional_text(object, "policy");
        const std::uint32_t index =
            writer_.declare_chain(policy == "drop" ? Decision::Kind::drop : Decision::Kind::accept);
        scope_.chains[name] = index;
        const std::string hook_name = optional_text(object, "hook");
        if (hook_name.empty())
            return {};
        const auto* hook =
            std::ranges::find(kHooks, hook_name, &std::pair<std::string_view, Hook>::first);
        if (hook == kHooks.end())
            return malformed(fmt::format("chain {}: the hook {} does not exist", name, hook_name));
        ONLAN_TRY(const int priority, priority_of(object, name_.family));
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
        for (const HookFamily family : hook_families(name_.family, base.hook)) {
            base.family = family;
            program_.base_chains.push_back(base);
        }
        return {};
    }

    Result<> add_set(const Json& object)
    {
        ONLAN_TRY(const std::string name, text_member(object, "name"));
        if (too_deep(object))
            return malformed(fmt::format("the set {} is nested too deep", name));
        auto set = named_set(object, scope_);
        if (!set && !is_not_understood(set.error()))
            return Failure{std::move(set).error().within(
                fmt::format("nftables, table {} {}, set {}", name_.family, name_.name, name))};
        scope_.sets[name] = set ? *std::move(set) : nullptr;
        return {};
    }

    Result<> add_rules(const std::string& chain, const std::vector<const Json*>& rules)
    {
        writer_.begin_chain(scope_.chains.at(chain));
        unsigned number = 0;
        for (const Json* rule : rules) {
            RuleRef where = ref(chain);
            where.number = ++number;
            where.handle = optional_number(*rule, "handle");
            auto draft = read_rule(*rule);
            if (!draft)
                return Failure{std::move(draft).error().within(
                    fmt::format("nftables, table {}, chain {}, rule {} (handle {})", where.table,
                                chain, number, where.handle))};
            where.text = rule_text(*rule);
            if (draft->needs_conntrack)
                note_conntrack();
            writer_.add_rule(*std::move(draft), std::move(where));
        }
        return {};
    }

    [[nodiscard]] Result<Draft> read_rule(const Json& rule) const
    {
        ONLAN_TRY(const Json* statements, member(rule, "expr"));
        if (!statements->is_array())
            return malformed(fmt::format("'expr' is no list: {}", shown(*statements)));
        if (too_deep(*statements))
            return malformed("it is nested too deep");
        Draft draft;
        for (const Json& statement : *statements) {
            auto added = add_statement(statement, scope_, draft);
            if (added)
                continue;
            if (!is_not_understood(added.error()))
                return Failure{std::move(added).error()};
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
            draft.add(OtherStep(Ignored{.what = fmt::format("what is not understood ({})", why),
                                        .understood = false}));
    }

    void note_conntrack()
    {
        program_.conntrack_ipv4 = program_.conntrack_ipv4 || name_.family != "ip6";
        program_.conntrack_ipv6 = program_.conntrack_ipv6 || name_.family != "ip";
    }

    TableName name_;
    Scope scope_;
    Program& program_;
    ProgramWriter writer_;
};

} // namespace

Result<> read_ruleset(const model::Netns& netns, const LeaveOut& leave_out, Program& program)
{
    if (netns.nftables.empty())
        return {};
    const Json& listing = netns.nftables.document();
    const Json* list = find_member(listing, "nftables");
    if (list == nullptr || !list->is_array())
        return malformed(fmt::format("nftables: no rule set but {}", shown(listing)));
    for (const Json& one : *list) {
        const Json* table = find_member(one, "table");
        if (table == nullptr)
            continue;
        TableName name{.family = optional_text(*table, "family"),
                       .name = optional_text(*table, "name")};
        ONLAN_TRY(const bool left_out, leave_out(name));
        if (!left_out)
            ONLAN_CHECK(Table(netns, std::move(name), program).read());
    }
    return {};
}

std::vector<const Json*>
objects_of(const model::NftListing& listing, const TableName& table, const char* kind)
{
    std::vector<const Json*> objects = listing.objects(kind);
    std::erase_if(objects, [&](const Json* object) {
        return optional_text(*object, "family") != table.family ||
               optional_text(*object, "table") != table.name;
    });
    return objects;
}

} // namespace onlan::rules::nft
