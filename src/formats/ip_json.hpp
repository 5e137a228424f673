#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/link.hpp"

namespace onlan::formats {

// What iproute2 prints with -json. Where it names an interface, that is looked up in `links`; one
// that is not there is an error. An error has the place in it: a line, or a JSON pointer.

// `ip -details -json link`, or as much as `ip -json address` tells of links.
[[nodiscard]] Result<std::vector<model::Link>> links_from_ip(std::string_view text);
// `ip -json address`
[[nodiscard]] Result<std::vector<model::Address>> addresses_from_ip(std::string_view text);
// `ip -json route show table all`; with -6 before it for a document of IPv6 alone.
[[nodiscard]] Result<std::vector<model::Route>>
routes_from_ip(std::string_view text, const std::vector<model::Link>& links, net::Family family);
// `ip -json rule`, or with -6.
[[nodiscard]] Result<std::vector<model::Rule>> rules_from_ip(std::string_view text,
                                                             net::Family family);
// `ip -json neigh`
[[nodiscard]] Result<std::vector<model::Neighbour>>
neighbours_from_ip(std::string_view text, const std::vector<model::Link>& links);
// `bridge -json fdb`
[[nodiscard]] Result<std::vector<model::FdbEntry>>
fdb_from_bridge(std::string_view text, const std::vector<model::Link>& links);

} // namespace onlan::formats
