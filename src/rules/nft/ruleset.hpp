#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/shared.hpp"
#include "model/nft_listing.hpp"
#include "rules/machine/program.hpp"
#include "rules/nft/datatype.hpp"

namespace onlan::rules::nft {

// All that the rules of one table are compiled from.
struct TableSource {
    std::string family;
    std::string name;
    Shared<std::vector<model::NftObject>> objects; // the table's, in the order of the listing
    Shared<Devices> devices;

    friend bool operator==(const TableSource&, const TableSource&) = default;
};

// In the order of the listing.
[[nodiscard]] std::vector<TableSource> tables_in(const model::NftListing& listing,
                                                 const Shared<Devices>& devices);

// What a rule may refer to by name: everything that its own table declares.
struct Declared {
    std::map<std::string, std::uint32_t> chains; // their places in CompiledTable::chains
    // Null: a set or map that is not understood.
    std::map<std::string, std::shared_ptr<const ElementSet>> sets;
};

struct Table {
    TableSource source;
    Declared declared;
    CompiledTable code;
};

// Shares with `before`, which may be null, what both are compiled from.
[[nodiscard]] Result<std::shared_ptr<const Table>>
compile_table(TableSource source, const std::shared_ptr<const Table>& before);

} // namespace onlan::rules::nft
