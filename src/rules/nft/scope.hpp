#pragma once

#include <string>

#include "rules/nft/ruleset.hpp"

namespace onlan::rules::nft {

// What a rule is read with.
struct Scope {
    const Devices& devices;
    const std::string& family; // of the table: "ip", "inet"…
    const std::string& table;
    const Declared& declared;
};

} // namespace onlan::rules::nft
