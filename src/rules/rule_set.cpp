#include "rules/rule_set.hpp"

#include <algorithm>

#include "model/netns.hpp"
#include "rules/machine/program.hpp"
#include "rules/machine/walk.hpp"
#include "rules/nft/json.hpp"
#include "rules/nft/ruleset.hpp"
#include "rules/xt/ipset.hpp"
#include "rules/xt/ruleset.hpp"

namespace onlan::rules {

struct RuleSet::Rules {
    Shared<xt::IpSets> ipsets;
    Shared<nft::Devices> devices;
    std::vector<std::shared_ptr<const xt::Table>> xt;
    std::vector<std::shared_ptr<const nft::Table>> nft;
    Program program;
};

namespace {

using model::XtablesBackend;
using model::XtablesRuleset;

xt::InNft in_nft(const nft::TableSource& table)
{
    xt::InNft found;
    for (const model::NftObject& object : *table.objects) {
        if (object.kind() == "chain" && nft::find_member(object.body(), "hook") != nullptr)
            found.base_chains.push_back(object.chain());
        else if (object.kind() == "rule")
            found.handles[object.chain()].push_back(object.handle());
    }
    return found;
}

template <typename Table>
const std::shared_ptr<const Table>*
find_table(const std::vector<std::shared_ptr<const Table>>& tables, const auto& is_it)
{
    const auto found =
        std::ranges::find_if(tables, [&](const auto& table) { return is_it(table->source); });
    return found == tables.end() ? nullptr : &*found;
}

// nf_hook_entries_grow(): by priority, and of equal ones the last registered first.
void sort_as_called(std::vector<BaseChain>& chains)
{
    std::ranges::reverse(chains);
    std::ranges::stable_sort(chains, {}, &BaseChain::priority);
}

} // namespace

// iptables-nft's tables stand in both listings. iptables-save spells out what nft cannot, so its
// rules are taken, at the place that the table has in nft's listing. It counts as iptables' own if
// iptables-save knows the table with every base chain that nft shows in it.
class RuleSet::Loader {
public:
    // `before`: rules of the same namespace, whose compiled parts are shared; null: none.
    Loader(const model::Netns& netns, const Rules* before)
        : netns_(netns),
          before_(before == nullptr ? none() : *before),
          rules_(std::make_unique<Rules>())
    {
        rules_->ipsets = before_.ipsets->listed == netns.ipsets
                             ? before_.ipsets
                             : Shared(xt::read_ipsets(netns.ipsets));
        nft::Devices devices;
        for (const model::Link& link : netns.links) {
            devices.emplace(link.name, link.index);
            if (link.bridge || link.kind == "bridge")
                rules_->program.bridge_names.emplace_back(link.index, Value::of_name(link.name));
        }
        rules_->devices =
            *before_.devices == devices ? before_.devices : Shared(std::move(devices));
    }

    Result<std::unique_ptr<const Rules>> load() &&
    {
        // The hooks of iptables-legacy are taken to be the oldest.
        read_saved(XtablesBackend::legacy);
        // Without nft's listing iptables-save is all there is.
        if (netns_.nftables.empty())
            read_saved(XtablesBackend::nft);
        for (nft::TableSource& table : nft::tables_in(netns_.nftables, rules_->devices)) {
            if (auto saved = as_saved(table))
                add(*std::move(saved));
            else
                ONLAN_CHECK(add(std::move(table)));
        }
        sort_as_called(rules_->program.base_chains);
        return std::move(rules_);
    }

private:
    static const Rules& none()
    {
        static const Rules nothing;
        return nothing;
    }

    // Every table that iptables-save of this backend knows, as it stands there alone.
    void read_saved(XtablesBackend backend)
    {
        for (const XtablesRuleset& ruleset : netns_.xtables) {
            if (ruleset.backend != backend)
                continue;
            for (const auto& [name, chains] : ruleset.tables)
                add(xt::source_of(ruleset, name, rules_->ipsets));
        }
    }

    [[nodiscard]] std::optional<xt::TableSource> as_saved(const nft::TableSource& table) const
    {
        for (const XtablesRuleset& ruleset : netns_.xtables) {
            const bool ipv4 = ruleset.family == net::Family::ipv4;
            if (ruleset.backend != XtablesBackend::nft || table.family != (ipv4 ? "ip" : "ip6"))
                continue;
            const xt::InNft shown = in_nft(table);
            if (!xt::has_base_chains(ruleset, table.name, shown.base_chains))
                continue;
            xt::TableSource source = xt::source_of(ruleset, table.name, rules_->ipsets);
            xt::take_from_nft(shown, source);
            return source;
        }
        return std::nullopt;
    }

    void add(xt::TableSource source)
    {
        const auto* before = find_table(before_.xt, [&](const xt::TableSource& other) {
            return other.backend == source.backend && other.family == source.family &&
                   other.name == source.name;
        });
        keep(xt::compile_table(std::move(source), before == nullptr ? nullptr : *before),
             rules_->xt);
    }
    Result<> add(nft::TableSource source)
    {
        const auto* before = find_table(before_.nft, [&](const nft::TableSource& other) {
            return other.family == source.family && other.name == source.name;
        });
        ONLAN_TRY(auto table,
                  nft::compile_table(std::move(source), before == nullptr ? nullptr : *before));
        keep(std::move(table), rules_->nft);
        return {};
    }
    template <typename Table>
    void keep(std::shared_ptr<const Table> table, std::vector<std::shared_ptr<const Table>>& tables)
    {
        rules_->program.add(std::shared_ptr<const CompiledTable>(table, &table->code));
        tables.push_back(std::move(table));
    }

    const model::Netns& netns_;
    const Rules& before_;
    std::unique_ptr<Rules> rules_;
};

RuleSet::RuleSet(std::unique_ptr<const Rules> rules) : rules_(std::move(rules)) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

Result<RuleSet> RuleSet::load(const model::Netns& netns)
{
    ONLAN_TRY(auto rules, Loader(netns, nullptr).load());
    return RuleSet(std::move(rules));
}

Result<RuleSet> RuleSet::with(const model::Netns& changed) const
{
    ONLAN_TRY(auto rules, Loader(changed, rules_.get()).load());
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
    return std::ranges::any_of(rules_->program.entries, [&](const Program::Entry& entry) {
        const CompiledChain& chain = *entry.chain().code;
        return (chain.needs_conntrack && std::ranges::count(entry.table->families, family) != 0) ||
               std::ranges::count(chain.conntrack_of, family) != 0;
    });
}

std::size_t RuleSet::size() const
{
    std::size_t rules = 0;
    for (const Program::Entry& entry : rules_->program.entries)
        rules += entry.chain().code->rules.size();
    return rules;
}

std::vector<RuleRef> RuleSet::unknown() const
{
    std::vector<RuleRef> refs;
    for (const Program::Entry& entry : rules_->program.entries) {
        const CompiledChain& chain = *entry.chain().code;
        for (std::size_t rule = 0; rule < chain.rules.size(); ++rule) {
            if (!chain.rules[rule].understood)
                refs.push_back(chain.refs[rule]);
        }
    }
    return refs;
}

} // namespace onlan::rules
