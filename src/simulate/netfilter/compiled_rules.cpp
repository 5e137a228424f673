#include "simulate/netfilter/compiled_rules.hpp"

#include "rules/rule_set.hpp"

namespace onlan::simulate {
namespace {

Result<std::shared_ptr<const Rulebook>> rulebook_of(Result<rules::RuleSet> rules,
                                                    const model::Netns& netns);

class CompiledRules final : public Rulebook {
public:
    explicit CompiledRules(rules::RuleSet rules) : rules_(std::move(rules)) {}

    [[nodiscard]] const std::vector<rules::BaseChain>& base_chains() const override
    {
        return rules_.base_chains();
    }
    [[nodiscard]] std::vector<rules::ChainOutcome>
    evaluate(const rules::BaseChain& chain,
             const rules::PacketView& packet,
             const rules::Surroundings& surroundings) const override
    {
        return rules_.evaluate(chain, packet, surroundings);
    }
    [[nodiscard]] bool needs_conntrack(net::Family family) const override
    {
        return rules_.needs_conntrack(family);
    }
    [[nodiscard]] Result<std::shared_ptr<const Rulebook>>
    with(const model::Netns& changed) const override
    {
        return rulebook_of(rules_.with(changed), changed);
    }

private:
    rules::RuleSet rules_;
};

Result<std::shared_ptr<const Rulebook>> rulebook_of(Result<rules::RuleSet> rules,
                                                    const model::Netns& netns)
{
    if (!rules)
        return Failure{std::move(rules).error().within(netns.name)};
    return std::make_shared<const CompiledRules>(*std::move(rules));
}

} // namespace

Result<std::shared_ptr<const Rulebook>> compile_rules(const model::Netns& netns)
{
    return rulebook_of(rules::RuleSet::load(netns), netns);
}

} // namespace onlan::simulate
