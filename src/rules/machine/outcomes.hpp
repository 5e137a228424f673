#pragma once

#include <vector>

#include "rules/machine/fork.hpp"

namespace onlan::rules {

// The ways in which a packet left a chain. Ways that end equal are one, and rest on those
// assumptions only that both of them made.
class Outcomes {
public:
    explicit Outcomes(const BaseChain& chain) : chain_(chain) {}

    void add(const Fork& fork, Verdict verdict, const RuleRef* because);
    // `cut_short`: there were more ways than were followed.
    [[nodiscard]] std::vector<ChainOutcome> finish(std::size_t rules_seen, bool cut_short) &&;

private:
    const BaseChain& chain_;
    std::vector<ChainOutcome> outcomes_;
};

} // namespace onlan::rules
