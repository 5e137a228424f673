// The rules of a snapshot's namespaces, compiled for the walk.

#include "simulate/netfilter/rulebook.hpp"
#include "simulate/world.hpp"

namespace onlan::simulate {
namespace {

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

private:
    rules::RuleSet rules_;
};

} // namespace

Result<World> World::load(std::span<const model::Netns> namespaces, std::vector<Proxy> proxies)
{
    std::vector<Part> parts;
    for (const model::Netns& netns : namespaces) {
        auto rules = rules::RuleSet::load(netns);
        if (!rules)
            return Failure{std::move(rules).error().within(netns.name)};
        parts.push_back(
            {.netns = &netns, .rules = std::make_shared<const CompiledRules>(*std::move(rules))});
    }
    return build(std::move(parts), std::move(proxies));
}

} // namespace onlan::simulate
