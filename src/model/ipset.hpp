#pragma once

#include <string>
#include <vector>

namespace onlan::model {

// A set of the ipset framework, as `ipset save` writes it.
struct IpSet {
    std::string name;
    std::string type;                 // "hash:ip", "hash:net,port", "list:set"…
    std::vector<std::string> options; // the words after the type: "family", "inet6", "hashsize"…
    std::vector<std::vector<std::string>> elements; // words after "add NAME"

    friend bool operator==(const IpSet&, const IpSet&) = default;
};

} // namespace onlan::model
