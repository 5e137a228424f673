#include "rules/rule_set.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include "model/netns.hpp"
#include "rules/machine/program.hpp"
#include "rules/machine/walk.hpp"
#include "rules/nft/ruleset.hpp"
#include "rules/xt/ipset.hpp"
#include "rules/xt/ruleset.hpp"

namespace onlan::rules {

struct RuleSet::Rules {
    Program program;
};

namespace {

using model::XtablesBackend;
using model::XtablesRuleset;

// Every table that iptables-save of this backend knows, as it stands there alone.
Result<> read_saved(const model::Netns& netns,
                    XtablesBackend backend,
                    const xt::IpSets& ipsets,
                    Program& program)
{
    for (const XtablesRuleset& ruleset : netns.xtables) {
        if (ruleset.backend != backend)
            continue;
        for (const auto& [name, chains] : ruleset.tables)
            ONLAN_CHECK(xt::read_table(
                netns, {.ruleset = ruleset, .name = name, .ipsets = ipsets, .in_nft = std::nullopt},
                program));
    }
    return {};
}

xt::InNft in_nft(const model::NftListing& listing, const nft::TableName& table)
{
    xt::InNft found;
    for (const nlohmann::json* chain : nft::objects_of(listing, table, "chain")) {
        if (nft::find_member(*chain, "hook") != nullptr)
            found.base_chains.push_back(nft::optional_text(*chain, "name"));
    }
    for (const nlohmann::json* rule : nft::objects_of(listing, table, "rule"))
        found.handles[nft::optional_text(*rule, "chain")].push_back(
            nft::optional_number(*rule, "handle"));
    return found;
}

// iptables-nft's tables stand in both listings. iptables-save spells out what nft cannot, so its
// rules are taken, at the place that the table has in nft's listing. It counts as iptables' own if
// iptables-save knows the table with every base chain that nft shows in it.
class NftTables {
public:
    NftTables(const model::Netns& netns, const xt::IpSets& ipsets, Program& program)
        : netns_(netns), ipsets_(ipsets), program_(program)
    {}

    Result<> read()
    {
        // Without nft's listing iptables-save is all there is.
        if (netns_.nftables.empty())
            return read_saved(netns_, XtablesBackend::nft, ipsets_, program_);
        return nft::read_ruleset(
            netns_, [this](const nft::TableName& table) { return read_from_save(table); },
            program_);
    }

private:
    Result<bool> read_from_save(const nft::TableName& table)
    {
        for (const XtablesRuleset& ruleset : netns_.xtables) {
            const bool ipv4 = ruleset.family == net::Family::ipv4;
            if (ruleset.backend != XtablesBackend::nft || table.family != (ipv4 ? "ip" : "ip6"))
                continue;
            xt::InNft shown = in_nft(netns_.nftables, table);
            if (!xt::has_base_chains(ruleset, table.name, shown.base_chains))
                continue;
            ONLAN_CHECK(xt::read_table(netns_,
                                       {.ruleset = ruleset,
                                        .name = table.name,
                                        .ipsets = ipsets_,
                                        .in_nft = std::move(shown)},
                                       program_));
            return true;
        }
        return false;
    }

    const model::Netns& netns_;
    const xt::IpSets& ipsets_;
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
    const xt::IpSets ipsets = xt::read_ipsets(netns);
    // The hooks of iptables-legacy are taken to be the oldest.
    ONLAN_CHECK(read_saved(netns, XtablesBackend::legacy, ipsets, program));
    ONLAN_CHECK(NftTables(netns, ipsets, program).read());
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
