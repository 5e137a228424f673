#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "model/netns.hpp"
#include "rules/element_set.hpp"
#include "rules/program.hpp"

namespace onlan::rules::nft {

// A named set or map of a table.
struct NamedSet {
    std::shared_ptr<const ElementSet> set;
    bool understood = true;
};

// What a rule may refer to: everything in its own table.
struct Scope {
    const model::Netns& netns;
    std::string family; // of the table: "ip", "inet"…
    std::string table;
    std::map<std::string, std::uint32_t> chains;
    std::map<std::string, NamedSet> sets;
};

} // namespace onlan::rules::nft
