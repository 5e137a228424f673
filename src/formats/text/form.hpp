#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text/excerpt.hpp"
#include "formats/text/paste.hpp"

namespace onlan::formats::text {

using Command = std::vector<std::string>;

// One thing that programs print.
struct Form {
    std::string_view name; // the command, for people
    // Does this command print it? Its words are without sudo and the like.
    bool (*asked)(const Command& command);
    // Is this how it begins, where no command is told?
    bool (*begins)(std::string_view line);
    // Takes what it tells. A line that tells nothing is said to be unused.
    void (*read)(const Excerpt& excerpt, Paste& paste);
};
using Rows = std::span<const Form>();

// Each file has the rows of its kin; a further one is a file and its name here. They are read in
// this order: what others name comes first.
namespace forms {
Rows ip_address, ip_brief, ifconfig, json_documents, bridge_tables, ip_route, route_table, ip_rule,
    neighbours, iptables_words, iptables_list, nft_text, machine_lists, sysctls, sockets, wireguard,
    docker_ps, compose;
inline constexpr std::array kFiles = {
    ip_address,    ip_brief, ifconfig,   json_documents, bridge_tables, ip_route,
    route_table,   ip_rule,  neighbours, iptables_words, iptables_list, nft_text,
    machine_lists, sysctls,  sockets,    wireguard,      docker_ps,     compose};
} // namespace forms

// `ip`, with or without options, then an object whose name may be cut short: "ip -br a".
[[nodiscard]] bool is_ip(const Command& command, std::string_view object);
// Null: no form is printed by it.
[[nodiscard]] const Form* form_of(const Command& command);
// Null: it looks like the beginning of none.
[[nodiscard]] const Form* form_at(std::string_view line);

} // namespace onlan::formats::text
