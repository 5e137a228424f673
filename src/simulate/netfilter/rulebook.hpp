#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "model/netns.hpp"
#include "rules/rule_set.hpp"

namespace onlan::simulate {

// The rules of one namespace as the walk asks them: a rules::RuleSet, or what a test makes up.
class Rulebook {
public:
    Rulebook() = default;
    Rulebook(const Rulebook&) = delete;
    Rulebook& operator=(const Rulebook&) = delete;
    virtual ~Rulebook() = default;

    [[nodiscard]] virtual const std::vector<rules::BaseChain>& base_chains() const = 0;
    [[nodiscard]] virtual std::vector<rules::ChainOutcome>
    evaluate(const rules::BaseChain& chain,
             const rules::PacketView& packet,
             const rules::Surroundings& surroundings) const = 0;
    [[nodiscard]] virtual bool needs_conntrack(net::Family family) const = 0;
    // Those of the namespace as it is after a change: what is the same is shared.
    [[nodiscard]] virtual Result<std::shared_ptr<const Rulebook>>
    with(const model::Netns& changed) const = 0;
};

} // namespace onlan::simulate
