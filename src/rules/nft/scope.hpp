#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "model/netns.hpp"
#include "rules/machine/element_set.hpp"
#include "rules/machine/program.hpp"

namespace onlan::rules::nft {

// What a rule may refer to: everything in its own table.
struct Scope {
    const model::Netns& netns;
    std::string family; // of the table: "ip", "inet"…
    std::string table;
    std::map<std::string, std::uint32_t> chains;
    // Null: a set or map that is not understood.
    std::map<std::string, std::shared_ptr<const ElementSet>> sets;
};

} // namespace onlan::rules::nft
