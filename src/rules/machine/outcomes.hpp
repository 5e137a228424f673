#pragma once

#include <vector>

#include "rules/machine/fork.hpp"

namespace onlan::rules {

// The ways in which a packet left a chain. Ways that end equal are one, and rest on those
// assumptions only that both of them made.
class Outcomes {
public:
    Outcomes(const BaseChain& chain, const Program& program) : chain_(chain), program_(program) {}

    void add(Fork& fork, Verdict verdict, std::uint32_t because);
    // `cut_short`: there were more ways than were followed.
    [[nodiscard]] std::vector<ChainOutcome> finish(std::size_t rules_seen, bool cut_short) &&;

private:
    [[nodiscard]] std::string words(const Guess& guess) const;

    const BaseChain& chain_;
    const Program& program_;
    std::vector<ChainOutcome> outcomes_;
};

} // namespace onlan::rules
