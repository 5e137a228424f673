#pragma once

#include <array>
#include <span>
#include <string_view>

#include "rules/xt/rule.hpp"

namespace onlan::rules::xt {

// What a match asks, or a target does, becomes steps of the rule.
struct ExtensionKind {
    std::string_view name;
    Result<> (*add)(const Extension& extension, const Scope& scope, Draft& draft);
};
using Rows = std::span<const ExtensionKind>();

// Each file has the rows of its matches; a further one is a file and its name here.
namespace matches {
Rows addresses, conntrack, devices, header, icmp, ipset, limits, marks, socket, transport,
    uncertain;
inline constexpr std::array kFiles = {addresses, conntrack, devices, header,    icmp,     ipset,
                                      limits,    marks,     socket,  transport, uncertain};
} // namespace matches

// -s, -d, -i, -o, -p and -f
[[nodiscard]] Result<> add_base(const Option& option, const Scope& scope, Draft& draft);

} // namespace onlan::rules::xt
