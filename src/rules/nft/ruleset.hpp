#pragma once

#include <functional>

#include "model/nft_listing.hpp"
#include "rules/machine/program.hpp"
#include "rules/nft/json.hpp"

namespace onlan::rules::nft {

struct TableName {
    std::string family;
    std::string name;

    friend auto operator<=>(const TableName&, const TableName&) = default;
};

// Reads the tables of a JSON dump, each with its base chains, in the order of the dump. `leave_out`
// is called for each and says yes where it has put the table's rules there from elsewhere.
using LeaveOut = std::function<Result<bool>(const TableName&)>;

[[nodiscard]] Result<>
read_ruleset(const model::Netns& netns, const LeaveOut& leave_out, Program& program);

// A table's objects of one kind ("chain", "rule"), in the order of the dump.
[[nodiscard]] std::vector<const Json*>
objects_of(const model::NftListing& listing, const TableName& table, const char* kind);

} // namespace onlan::rules::nft
