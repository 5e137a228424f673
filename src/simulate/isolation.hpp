#pragma once

#include <optional>
#include <span>
#include <vector>

#include "simulate/run/record.hpp"

namespace onlan::simulate {

// How a packet came to the rule that decided: this rule, and before it those that jumped to where
// it stands. Rules of chains that were left again have no part in it.
[[nodiscard]] std::vector<const rules::RuleRef*> way_to(const rules::RuleRef& decided,
                                                        std::span<const Record::Match> matched);

// Two networks of one host: bridges, and what is behind them.
struct Parted {
    const Device* from = nullptr;
    const Device* to = nullptr;
};
// Which networks the step keeps apart; nothing: none. The packet was on its way from one to the
// other, and what ended it is a rule that asks for devices and not for what the packet carries. By
// what name a program calls such rules does not matter.
[[nodiscard]] std::optional<Parted> parted_networks(const Record& record, const Record::Step& step);

} // namespace onlan::simulate
