#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onlan::formats::text {

// What stands behind the addresses in a row of `iptables -L`, as the arguments that iptables-save
// has for it.
struct Extras {
    std::vector<std::string> matches; // "-m", "conntrack", "--ctstate", "NEW"
    std::vector<std::string> target;  // options of the target
    bool go_to = false;
};
// What is not known becomes a match of that name, of which nobody can say whether it holds.
[[nodiscard]] Extras extras_in(std::string_view text, std::string_view target);

} // namespace onlan::formats::text
