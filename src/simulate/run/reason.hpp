#pragma once

#include <string_view>
#include <variant>

#include "model/trace.hpp"
#include "model/vocabulary.hpp"
#include "rules/rule_set.hpp"
#include "simulate/run/settings.hpp"
#include "simulate/run/words.hpp"

namespace onlan::simulate {

using model::Action;
using model::Stage;

// Why a step happened, by what it rests on in the world: model::Because before it is put in words.
struct ByRule {
    const rules::RuleRef* rule = nullptr;
};
struct BySysctl {
    Setting setting;
    Words aside; // "(the route back is …)": what else a reader has to know
};
struct ByEntry {
    model::ByEntry::Table table = model::ByEntry::Table::route;
    Words text;
};
struct ByKernel {
    std::string_view function;
    Words text;
};
using Reason = std::variant<ByKernel, ByRule, BySysctl, ByEntry>;

[[nodiscard]] model::Because in_words(const Reason& reason);

} // namespace onlan::simulate
