#pragma once

#include <functional>

#include "rules/nft/json.hpp"
#include "rules/program.hpp"

namespace onlan::rules::nft {

// The tables of a JSON dump that are not left out, each with its base chains in the order of the
// dump. `placed` is called for each table that is, so that its rules from elsewhere can take its
// place in the order.
struct TableName {
    std::string family;
    std::string name;

    friend auto operator<=>(const TableName&, const TableName&) = default;
};
using LeaveOut = std::function<Result<bool>(const TableName&)>;

[[nodiscard]] Result<>
read_ruleset(const model::Netns& netns, const LeaveOut& leave_out, Program& program);

// The names of a table's base chains.
[[nodiscard]] std::vector<std::string> base_chain_names(const Json& nftables,
                                                        const TableName& table);

} // namespace onlan::rules::nft
