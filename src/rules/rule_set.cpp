#include "rules/rule_set.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include "model/netns.hpp"
#include "rules/nft/ruleset.hpp"
#include "rules/program.hpp"
#include "rules/walk.hpp"
#include "rules/xt/ruleset.hpp"

namespace onlan::rules {

struct RuleSet::Rules {
    Program program;
};

namespace {

using model::XtablesBackend;
using model::XtablesRuleset;

// The tables of iptables-legacy. Their hooks are taken to be the oldest.
Result<> read_legacy(const model::Netns& netns, Program& program)
{
    for (const XtablesRuleset& ruleset : netns.xtables) {
        if (ruleset.backend != XtablesBackend::legacy)
            continue;
        for (const auto& [name, chains] : ruleset.tables)
            ONLAN_CHECK(xt::read_table(
                netns, {.ruleset = ruleset, .name = name, .registered = std::nullopt}, program));
    }
    return {};
}

// iptables-nft's tables stand in both listings. iptables-save spells out what nft cannot, so its
// rules are taken, at the place that the table has in nft's listing. It counts as iptables' own if
// iptables-save knows the table with every base chain that nft shows in it.
class NftTables {
public:
    NftTables(const model::Netns& netns, Program& program) : netns_(netns), program_(program) {}

    Result<> read()
    {
        ONLAN_CHECK(nft::read_ruleset(
            netns_, [this](const nft::TableName& table) { return read_from_save(table); },
            program_));
        // Without nft's listing iptables-save is all there is.
        for (const XtablesRuleset& ruleset : netns_.xtables) {
            if (ruleset.backend != XtablesBackend::nft || !netns_.nftables.is_null())
                continue;
            for (const auto& [name, chains] : ruleset.tables)
                ONLAN_CHECK(xt::read_table(
                    netns_, {.ruleset = ruleset, .name = name, .registered = std::nullopt},
                    program_));
        }
        return {};
    }

private:
    Result<bool> read_from_save(const nft::TableName& table)
    {
        for (const XtablesRuleset& ruleset : netns_.xtables) {
            const bool ipv4 = ruleset.family == net::Family::ipv4;
            if (ruleset.backend != XtablesBackend::nft || table.family != (ipv4 ? "ip" : "ip6"))
                continue;
            std::vector<std::string> chains = nft::base_chain_names(netns_.nftables, table);
            if (!xt::has_base_chains(ruleset, table.name, chains))
                continue;
            ONLAN_CHECK(xt::read_table(
                netns_, {.ruleset = ruleset, .name = table.name, .registered = std::move(chains)},
                program_));
            return true;
        }
        return false;
    }

    const model::Netns& netns_;
    Program& program_;
};

// nf_hook_entries_grow(): by priority, and of equal ones the last registered first.
void sort_as_called(std::vector<BaseChain>& chains)
{
    std::ranges::reverse(chains);
    std::ranges::stable_sort(chains, {}, &BaseChain::priority);
}

} // namespace

RuleSet::RuleSet(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

Result<RuleSet> RuleSet::load(const model::Netns& netns)
{
    auto rules = std::make_unique<Rules>();
    Program& program = rules->program;
    for (const model::Link& link : netns.links) {
        if (link.bridge || link.kind == "bridge")
            program.bridge_names.emplace_back(link.index, Value::of_name(link.name));
    }
    ONLAN_CHECK(read_legacy(netns, program));
    ONLAN_CHECK(NftTables(netns, program).read());
    sort_as_called(program.base_chains);
    return RuleSet(std::move(rules));
}

const std::vector<BaseChain>& RuleSet::base_chains() const
{
    return rules_->program.base_chains;
}

std::vector<ChainOutcome> RuleSet::evaluate(const BaseChain& chain,
                                            const PacketView& packet,
                                            const Surroundings& surroundings) const
{
    const Context context{.program = rules_->program,
                          .surroundings = surroundings,
                          .family = chain.family,
                          .hook = chain.hook};
    return walk(chain, packet, context);
}

bool RuleSet::needs_conntrack(net::Family family) const
{
    return family == net::Family::ipv4 ? rules_->program.conntrack_ipv4
                                       : rules_->program.conntrack_ipv6;
}

std::size_t RuleSet::size() const
{
    return rules_->program.rules.size();
}

std::vector<RuleRef> RuleSet::unknown() const
{
    std::vector<RuleRef> refs;
    for (const std::uint32_t rule : rules_->program.unknown)
        refs.push_back(rules_->program.refs[rule]);
    return refs;
}

} // namespace onlan::rules
