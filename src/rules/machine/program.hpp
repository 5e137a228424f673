#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rules/machine/step.hpp"
#include "rules/rule_set.hpp"

namespace onlan::rules {

// Rules are flat: a chain is a run of rules, a rule a run of steps. Evaluation goes through memory
// forwards and finds names nowhere.
struct OtherIndex {
    std::uint32_t index = 0; // into CompiledChain::others
};
using ProgramStep = std::variant<Compare, Decision, OtherIndex>;

struct CompiledRule {
    std::uint32_t first_step = 0;
    std::uint16_t steps = 0;
    bool silent = false; // changes nothing and decides nothing, whether it matches or not
    bool understood = true;
};

// The rules of one chain. It does not change, and programs share it.
struct CompiledChain {
    std::vector<ProgramStep> steps;
    std::vector<OtherStep> others;
    std::vector<CompiledRule> rules;
    std::vector<RuleRef> refs; // of `rules`
    bool needs_conntrack = false;
    std::vector<net::Family> conntrack_of; // needed for these, whatever the table's are
};

// Rules jump within their table only: a Decision's chain is a place in `chains`.
struct CompiledTable {
    struct Chain {
        Decision::Kind policy = Decision::Kind::accept;
        std::shared_ptr<const CompiledChain> code;
    };
    std::vector<Chain> chains;
    std::vector<BaseChain> base_chains; // `index` is into `chains`
    std::vector<net::Family> families;  // of the packets that it sees, as conntrack counts them
};

// All rules of a namespace.
struct Program {
    struct Entry {
        const CompiledTable* table = nullptr;
        std::size_t place = 0;

        [[nodiscard]] const CompiledTable::Chain& chain() const { return table->chains[place]; }
    };
    std::vector<std::shared_ptr<const CompiledTable>> tables;
    std::vector<Entry> entries;                      // every chain of every table
    std::vector<BaseChain> base_chains;              // `index` is into `entries`
    std::vector<std::pair<int, Value>> bridge_names; // by index of the link

    // After those that are there.
    void add(std::shared_ptr<const CompiledTable> table);
    // The empty name for what is no bridge.
    [[nodiscard]] Value bridge_name(int index) const;
};

// A rule while it is read.
struct Draft {
    std::vector<std::variant<Compare, Decision, OtherStep>> steps;
    bool needs_conntrack = false;            // nf_ct_netns_get()
    std::optional<net::Family> conntrack_of; // needed for this one only

    void add(Compare compare) { steps.emplace_back(compare); }
    void add(Decision decision) { steps.emplace_back(decision); }
    void add(OtherStep step) { steps.emplace_back(std::move(step)); }
    // As the shortest step that says it.
    void add_comparison(CompareExpression comparison);
    void add_field(Field field, Interval range, bool negated = false);
    void add_number(Field field, std::uint64_t number, bool negated = false);
};

// Puts rules into a chain, one after the other.
class ChainWriter {
public:
    void add_rule(Draft draft, RuleRef ref);
    [[nodiscard]] std::shared_ptr<const CompiledChain> finish() &&;

private:
    CompiledChain chain_;
};

} // namespace onlan::rules
