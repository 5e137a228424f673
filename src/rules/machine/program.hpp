#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rules/machine/step.hpp"
#include "rules/rule_set.hpp"

namespace onlan::rules {

// All rules of a namespace, flat: a chain is a run of `rules`, a rule a run of `steps`. Evaluation
// goes through memory forwards and finds names nowhere.
struct OtherIndex {
    std::uint32_t index = 0; // into Program::others
};
using ProgramStep = std::variant<Compare, Decision, OtherIndex>;

struct CompiledRule {
    std::uint32_t first_step = 0;
    std::uint16_t steps = 0;
    bool silent = false; // changes nothing and decides nothing, whether it matches or not
};

struct CompiledChain {
    std::uint32_t first_rule = 0;
    std::uint32_t rules = 0;
    Decision::Kind policy = Decision::Kind::accept;
};

struct Program {
    std::vector<ProgramStep> steps;
    std::vector<OtherStep> others;
    std::vector<CompiledRule> rules;
    std::vector<RuleRef> refs; // of `rules`
    std::vector<CompiledChain> chains;
    std::vector<BaseChain> base_chains;              // `index` is into `chains`
    std::vector<std::pair<int, Value>> bridge_names; // by index of the link
    std::vector<std::uint32_t> unknown;              // rules
    bool conntrack_ipv4 = false;
    bool conntrack_ipv6 = false;

    // The empty name for what is no bridge.
    [[nodiscard]] Value bridge_name(int index) const;
};

// A rule while it is read.
struct Draft {
    std::vector<std::variant<Compare, Decision, OtherStep>> steps;
    bool needs_conntrack = false; // nf_ct_netns_get()

    void add(Compare compare) { steps.emplace_back(compare); }
    void add(Decision decision) { steps.emplace_back(decision); }
    void add(OtherStep step) { steps.emplace_back(std::move(step)); }
    // As the shortest step that says it.
    void add_comparison(CompareExpression comparison);
    void add_field(Field field, Interval range, bool negated = false);
    void add_number(Field field, std::uint64_t number, bool negated = false);
};

// Puts rules into a program, chain after chain.
class ProgramWriter {
public:
    explicit ProgramWriter(Program& program) : program_(program) {}

    // Chains get their numbers first, so that rules can jump forwards.
    [[nodiscard]] std::uint32_t declare_chain(Decision::Kind policy);
    // All rules of a chain must come in one row.
    void begin_chain(std::uint32_t chain);
    void add_rule(Draft draft, RuleRef ref);

private:
    Program& program_;
    std::uint32_t chain_ = 0;
};

} // namespace onlan::rules
